import {
  counting,
  localTime,
  PERIODS,
  swinging,
  type FamilyDevice,
  type MakeFamilyDevice,
} from './family-device.js';

/** A plug with Tasmota: https://tasmota.github.io/docs/MQTT/ */
export const tasmotaPlug: MakeFamilyDevice = (id, dice) => ({
  family: 'tasmota',
  clientId: id,
  intervalMs: 10_000,
  farewell: [{ topic: `tele/${id}/LWT`, payload: 'Offline', retain: true }],
  announce: () => [
    { topic: `tele/${id}/LWT`, payload: 'Online', retain: true },
    {
      topic: 'tasmota/discovery/D8F15BDE3001/config',
      payload: {
        ip: '192.0.2.11',
        dn: 'Coffee machine (demo)',
        fn: ['Coffee machine (demo)'],
        hn: id,
        mac: 'D8F15BDE3001',
        md: 'Sonoff POW R2',
        ofln: 'Offline',
        onln: 'Online',
        sw: '14.2.0',
        t: id,
        ft: '%prefix%/%topic%/',
        tp: ['cmnd', 'stat', 'tele'],
        ver: 1,
      },
      retain: true,
    },
  ],
  observe: (timeMs) => {
    const voltage = swinging(dice, 1, timeMs, { low: 226, high: 234, periodMs: PERIODS.hour, digits: 0 });
    const power = swinging(dice, 2, timeMs, { low: 2, high: 1_250, periodMs: PERIODS.minutes, digits: 0 });
    return [
      {
        topic: `tele/${id}/SENSOR`,
        payload: {
          Time: localTime(timeMs),
          ENERGY: {
            Total: counting(timeMs, 0.4),
            Power: power,
            Factor: 0.98,
            Voltage: voltage,
            Current: Number((power / voltage).toFixed(3)),
          },
        },
      },
    ];
  },
});

/** Shelly 1PM: https://shelly-api-docs.shelly.cloud/gen1/ */
export const shellyGen1Relay: MakeFamilyDevice = (id, dice) => ({
  family: 'shelly-gen1',
  clientId: id,
  intervalMs: 10_000,
  farewell: [{ topic: `shellies/${id}/online`, payload: 'false', retain: true }],
  announce: () => [
    { topic: `shellies/${id}/online`, payload: 'true', retain: true },
    {
      topic: 'shellies/announce',
      payload: {
        id,
        model: 'SHSW-PM',
        mac: 'BCDDC2DE3002',
        ip: '192.0.2.12',
        new_fw: false,
        fw_ver: '20230913-114150/v1.14.0',
      },
    },
  ],
  observe: (timeMs) => [
    {
      topic: `shellies/${id}/relay/0`,
      payload: Math.floor(timeMs / PERIODS.minutes) % 3 === 0 ? 'off' : 'on',
    },
    {
      topic: `shellies/${id}/relay/0/power`,
      payload: String(swinging(dice, 1, timeMs, { low: 5, high: 60, periodMs: PERIODS.minutes, digits: 2 })),
    },
    // Watt-minutes.
    { topic: `shellies/${id}/relay/0/energy`, payload: String(counting(timeMs, 30 * 60, 0)) },
    {
      topic: `shellies/${id}/temperature`,
      payload: String(swinging(dice, 2, timeMs, { low: 38, high: 52, periodMs: PERIODS.hour, digits: 2 })),
    },
  ],
});

/** Shelly Plus 1PM: https://shelly-api-docs.shelly.cloud/gen2/ */
export const shellyGen2Switch: MakeFamilyDevice = (id, dice) => {
  const src = `shellyplus1pm-${id}`;
  const observe: FamilyDevice['observe'] = (timeMs) => {
    const apower = swinging(dice, 1, timeMs, { low: 20, high: 180, periodMs: PERIODS.minutes });
    const tC = swinging(dice, 2, timeMs, { low: 40, high: 55, periodMs: PERIODS.hour });
    const status = {
      id: 0,
      output: true,
      apower,
      voltage: swinging(dice, 3, timeMs, { low: 227, high: 233, periodMs: PERIODS.hour }),
      aenergy: { total: counting(timeMs, 100) },
      temperature: { tC, tF: Number((tC * 1.8 + 32).toFixed(1)) },
    };
    const params = { ts: timeMs / 1_000, 'switch:0': status };
    return [
      {
        topic: `${id}/events/rpc`,
        payload: { src, dst: `${id}/events`, method: 'NotifyStatus', params },
      },
    ];
  };
  return {
    family: 'shelly-gen2',
    clientId: id,
    intervalMs: 10_000,
    farewell: [{ topic: `${id}/online`, payload: 'false', retain: true }],
    // A prefix is free: whose it is, is known from a status, not from `online`.
    announce: (timeMs) => [...observe(timeMs), { topic: `${id}/online`, payload: 'true', retain: true }],
    observe,
  };
};

/** A room sensor with ESPHome: https://esphome.io/components/mqtt.html */
export const esphomeRoom: MakeFamilyDevice = (id, dice) => {
  const at = (path: string, payload: string) => ({ topic: `${id}/${path}/state`, payload, retain: true });
  return {
    family: 'esphome',
    clientId: id,
    intervalMs: 10_000,
    farewell: [{ topic: `${id}/status`, payload: 'offline', retain: true }],
    announce: () => [{ topic: `${id}/status`, payload: 'online', retain: true }],
    observe: (timeMs) => [
      at(
        'sensor/temperature',
        String(swinging(dice, 1, timeMs, { low: 19.5, high: 22.5, periodMs: PERIODS.day })),
      ),
      at(
        'sensor/co2',
        String(swinging(dice, 2, timeMs, { low: 450, high: 1_300, periodMs: PERIODS.hour, digits: 0 })),
      ),
      at('binary_sensor/window', dice.chance(3, Math.floor(timeMs / PERIODS.minutes)) < 0.2 ? 'ON' : 'OFF'),
    ],
  };
};
