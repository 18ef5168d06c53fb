import { describe, expect, test } from '@jest/globals';
import type { Decoded, DecodeResult, Decoder } from './decoder.js';
import { createZigbee2Mqtt } from './zigbee2mqtt.js';

function publish(decoder: Decoder, topic: string, payload: unknown): DecodeResult {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const levels = topic.split('/');
  if (!decoder.claims(levels, bytes, undefined)) throw new Error(`${topic} is not claimed`);
  const result = decoder.decode({ topic, levels, payload: bytes, receivedAtMs: 1_790_000_000_000 });
  if (result.kind === 'decoded') for (const change of result.state ?? []) decoder.apply?.(change);
  return result;
}

function readings(result: DecodeResult): unknown {
  return result.kind === 'decoded'
    ? result.telemetry.map(({ deviceId, samples }) => [
        deviceId,
        Object.fromEntries(samples[0]?.values ?? []),
      ])
    : result.kind;
}

const [LAMP, SPOT] = ['0x00158d0000000001', '0x00158d0000000002'];
const device = (ieee: string, name: string): object => ({
  ieee_address: ieee,
  friendly_name: name,
  type: 'Router',
});

describe('zigbee2mqtt', () => {
  test('the longest name that is known has the value', () => {
    const decoder = createZigbee2Mqtt();
    publish(decoder, 'zigbee2mqtt/bridge/devices', [device(LAMP, 'hall'), device(SPOT, 'hall/lamp')]);
    expect(readings(publish(decoder, 'zigbee2mqtt/hall', { state: 'ON' }))).toEqual([
      [LAMP, { state: 'ON' }],
    ]);
    expect(readings(publish(decoder, 'zigbee2mqtt/hall/lamp', { state: 'ON' }))).toEqual([
      [SPOT, { state: 'ON' }],
    ]);
    expect(readings(publish(decoder, 'zigbee2mqtt/hall/lamp/color-x', '0.5'))).toEqual([
      [SPOT, { 'color.x': 0.5 }],
    ]);
    expect(readings(publish(decoder, 'zigbee2mqtt/hall/state', 'OFF'))).toEqual([[LAMP, { state: 'OFF' }]]);
    expect(readings(publish(decoder, 'zigbee2mqtt/hall/l1', { state: 'OFF' }))).toEqual([
      [LAMP, { 'l1.state': 'OFF' }],
    ]);
  });

  test('a device keeps its ID under a new name, and what is gone is forgotten', () => {
    const decoder = createZigbee2Mqtt();
    publish(decoder, 'zigbee2mqtt/bridge/devices', [device(LAMP, 'old'), device(SPOT, 'spot')]);
    const renamed = publish(decoder, 'zigbee2mqtt/bridge/devices', [device(LAMP, 'new')]) as Decoded;
    expect(renamed.descriptions).toMatchObject([{ deviceId: LAMP, name: 'new', address: 'zigbee2mqtt/new' }]);
    expect(renamed.state?.map(({ key, value }) => [key, value === null])).toEqual([
      ['/name/zigbee2mqtt/new', false],
      ['/name/zigbee2mqtt/old', true],
      ['/name/zigbee2mqtt/spot', true],
    ]);
    expect(readings(publish(decoder, 'zigbee2mqtt/new', { state: 'ON' }))).toEqual([[LAMP, { state: 'ON' }]]);
    expect(readings(publish(decoder, 'zigbee2mqtt/spot', { state: 'ON' }))).toEqual([
      ['spot', { state: 'ON' }],
    ]);
  });

  test('another base topic is known by its list of devices, and no topic beside it', () => {
    const decoder = createZigbee2Mqtt();
    const nothing = Buffer.from('{}');
    expect(decoder.claims(['home', 'zigbee', 'lamp'], nothing, undefined)).toBe(false);
    publish(decoder, 'home/zigbee/bridge/devices', [device(LAMP, 'lamp')]);
    expect(readings(publish(decoder, 'home/zigbee/lamp', { state: 'ON' }))).toEqual([
      [LAMP, { state: 'ON' }],
    ]);
    expect(decoder.claims(['home', 'other', 'lamp'], nothing, undefined)).toBe(false);
    expect(decoder.claims(['home', 'zigbee', 'lamp'], nothing, 'elsewhere')).toBe(false);
  });

  test.each([
    ['zigbee2mqtt/lamp/set', '{"state":"ON"}'],
    ['zigbee2mqtt/lamp/set/state', 'ON'],
    ['zigbee2mqtt/lamp/l1/get', '{}'],
    ['zigbee2mqtt/bridge/request/device/remove', '{"id":"lamp"}'],
    ['zigbee2mqtt/bridge/state', '{"state":"online"}'],
    ['zigbee2mqtt/lamp', ''],
    ['zigbee2mqtt/lamp', '{"action":null}'],
    ['zigbee2mqtt/unknown/brightness', '12'],
    ['zigbee2mqtt/bridge/devices', '[null,{},{"ieee_address":"0x1"},7]'],
  ])('%s %j is nothing to store', (topic, payload) => {
    expect(publish(createZigbee2Mqtt(), topic, payload)).toEqual({ kind: 'ignored' });
  });

  test.each([
    ['zigbee2mqtt/lamp', '{"state":', 'invalid-json'],
    ['zigbee2mqtt/lamp', '{"last_seen":"yesterday"}', 'invalid-timestamp'],
    ['zigbee2mqtt/lamp/availability', 'perhaps', 'invalid-value'],
    ['zigbee2mqtt/bridge/devices', '{}', 'invalid-payload'],
    ['zigbee2mqtt/lamp', '{"__proto__":{"x":1}}', 'invalid-metric-name'],
  ])('%s %j is refused: %s', (topic, payload, reason) => {
    expect(publish(createZigbee2Mqtt(), topic, payload)).toMatchObject({ kind: 'rejected', reason });
  });

  test('information about the device tells its address before its bridge does', () => {
    const result = publish(createZigbee2Mqtt(), 'zigbee2mqtt/lamp', {
      state: 'ON',
      device: { ieeeAddr: LAMP },
    });
    expect(readings(result)).toEqual([[LAMP, { state: 'ON' }]]);
  });

  test('names of prototypes are names', () => {
    const decoder = createZigbee2Mqtt();
    publish(decoder, 'zigbee2mqtt/bridge/devices', [device(LAMP, '__proto__'), device(SPOT, 'constructor')]);
    expect(readings(publish(decoder, 'zigbee2mqtt/constructor', { state: 'ON' }))).toEqual([
      [SPOT, { state: 'ON' }],
    ]);
    expect(readings(publish(decoder, 'zigbee2mqtt/toString', { state: 'ON' }))).toEqual([
      ['toString', { state: 'ON' }],
    ]);
  });
});
