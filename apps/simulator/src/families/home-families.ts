import { counting, PERIODS, swinging, type MakeFamilyDevice } from './family-device.js';

const CLIMATE = '0x00124b00de300401';
const CONTACT = '0x00124b00de300402';
const BASE = 'zigbee2mqtt';

/** Zigbee2MQTT with a climate sensor and a contact: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html */
export const zigbee2MqttBridge: MakeFamilyDevice = (id, dice) => {
  const climate = `${id}/climate`;
  const contact = `${id}/door`;
  const numeric = (name: string, unit: string) => ({
    type: 'numeric',
    name,
    property: name,
    label: name,
    unit,
    access: 1,
  });
  return {
    family: 'zigbee2mqtt',
    clientId: id,
    intervalMs: 10_000,
    farewell: [
      { topic: `${BASE}/${climate}/availability`, payload: { state: 'offline' }, retain: true },
      { topic: `${BASE}/${contact}/availability`, payload: { state: 'offline' }, retain: true },
    ],
    announce: () => [
      {
        topic: `${BASE}/bridge/devices`,
        payload: [
          {
            ieee_address: CLIMATE,
            type: 'EndDevice',
            friendly_name: climate,
            definition: {
              model: 'WSDCGQ11LM',
              vendor: 'Aqara',
              description: 'Temperature and humidity sensor',
              exposes: [
                numeric('temperature', '°C'),
                numeric('humidity', '%'),
                numeric('battery', '%'),
                numeric('linkquality', 'lqi'),
              ],
            },
          },
          {
            ieee_address: CONTACT,
            type: 'EndDevice',
            friendly_name: contact,
            definition: {
              model: 'MCCGQ11LM',
              vendor: 'Aqara',
              description: 'Door and window sensor',
              exposes: [
                {
                  type: 'binary',
                  name: 'contact',
                  property: 'contact',
                  label: 'Contact',
                  value_on: false,
                  value_off: true,
                },
              ],
            },
          },
        ],
        retain: true,
      },
      { topic: `${BASE}/${climate}/availability`, payload: { state: 'online' }, retain: true },
      { topic: `${BASE}/${contact}/availability`, payload: { state: 'online' }, retain: true },
    ],
    observe: (timeMs) => [
      {
        topic: `${BASE}/${climate}`,
        payload: {
          temperature: swinging(dice, 1, timeMs, { low: 18, high: 24, periodMs: PERIODS.hour, digits: 2 }),
          humidity: swinging(dice, 2, timeMs, { low: 38, high: 58, periodMs: PERIODS.hour, digits: 2 }),
          battery: 97,
          linkquality: swinging(dice, 3, timeMs, {
            low: 80,
            high: 160,
            periodMs: PERIODS.minutes,
            digits: 0,
          }),
        },
      },
      {
        topic: `${BASE}/${contact}`,
        payload: {
          contact: dice.chance(4, Math.floor(timeMs / PERIODS.minutes)) > 0.2,
          battery: 88,
          linkquality: 120,
        },
      },
    ],
  };
};

/** A device of the Homie convention, version 4: https://homieiot.github.io/specification/spec-core-v4_0_0/ */
export const homieTank: MakeFamilyDevice = (id, dice) => {
  const root = `homie/${id}`;
  const kept = (path: string, payload: string) => ({ topic: `${root}/${path}`, payload, retain: true });
  return {
    family: 'homie',
    clientId: id,
    intervalMs: 10_000,
    farewell: [kept('$state', 'disconnected')],
    announce: () => [
      kept('$state', 'init'),
      kept('$homie', '4.0.0'),
      kept('$name', 'Rain tank (demo)'),
      kept('$nodes', 'tank'),
      kept('tank/$name', 'Tank'),
      kept('tank/$type', 'ultrasonic'),
      kept('tank/$properties', 'level,pump'),
      kept('tank/level/$name', 'Level'),
      kept('tank/level/$datatype', 'float'),
      kept('tank/level/$unit', '%'),
      kept('tank/pump/$name', 'Pump'),
      kept('tank/pump/$datatype', 'boolean'),
      kept('$state', 'ready'),
    ],
    observe: (timeMs) => {
      const level = swinging(dice, 1, timeMs, { low: 20, high: 95, periodMs: PERIODS.hour });
      return [kept('tank/level', String(level)), kept('tank/pump', String(level > 80))];
    },
  };
};

/** A device that announces itself to Home Assistant: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery */
export const homeAssistantMeter: MakeFamilyDevice = (id, dice) => {
  const state = `${id}/meter/json`;
  const availability = `${id}/meter/available`;
  const sensor = (field: string, unit: string, deviceClass: string) => ({
    p: 'sensor',
    name: field,
    dev_cla: deviceClass,
    unit_of_meas: unit,
    val_tpl: `{{ value_json.${field} }}`,
    uniq_id: `${id}_${field}`,
  });
  return {
    family: 'home-assistant',
    clientId: id,
    intervalMs: 10_000,
    farewell: [{ topic: availability, payload: 'offline', retain: true }],
    announce: () => [
      {
        topic: `homeassistant/device/${id}/config`,
        payload: {
          dev: { ids: id, name: 'Water meter (demo)', mf: 'Example', mdl: 'Pulse reader' },
          o: { name: 'fieldstream-simulator' },
          cmps: { flow: sensor('flow', 'L/min', 'volume_flow_rate'), total: sensor('total', 'm³', 'water') },
          stat_t: state,
          avty_t: availability,
        },
        retain: true,
      },
      { topic: availability, payload: 'online', retain: true },
    ],
    observe: (timeMs) => [
      {
        topic: state,
        payload: {
          flow: swinging(dice, 1, timeMs, { low: 0, high: 14, periodMs: PERIODS.minutes }),
          total: counting(timeMs, 0.02),
        },
      },
    ],
  };
};
