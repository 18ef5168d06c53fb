import { describe, expect, test } from '@jest/globals';
import type { DecodeResult } from './decoder.js';
import { createEsphome } from './esphome.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const esphome = createEsphome();

function run(topic: string, payload: string): DecodeResult {
  return esphome.decode({
    topic,
    levels: topic.split('/'),
    payload: Buffer.from(payload),
    receivedAtMs: NOW,
  });
}

/** `device metric = value unit`. */
function readings(result: DecodeResult): string[] {
  if (result.kind !== 'decoded') return [result.kind === 'rejected' ? result.reason : result.kind];
  return result.telemetry.flatMap(({ deviceId, samples, units }) =>
    samples.flatMap(({ values }) =>
      [...values].map(([name, value]) =>
        `${deviceId} ${name} = ${String(value)} ${units?.get(name) ?? ''}`.trim(),
      ),
    ),
  );
}

describe('what is claimed', () => {
  test.each([
    ['room/sensor/t/state', '1', true],
    ['home/room/sensor/t/state', '1', true],
    ['room/climate/ac/target_temperature/state', '1', true],
    ['room/status', 'online', true],
    ['room/status', 'ok', false],
    ['home/room/status', 'online', false],
    ['devices/status', 'online', false],
    ['room/sensor/t/command', '1', false],
    ['room/thing/t/state', '1', false],
    ['room/sensor/t/x/state', '1', false],
    ['sensor/t/state', '1', false],
    ['room/debug', 'log', false],
    ['homeassistant/sensor/t/state', '1', false],
    ['esphome/discover/room', '{}', true],
    ['esphome/ping/room', '', false],
  ])('%s %s', (topic, payload, claimed) => {
    expect(esphome.claims(topic.split('/'), Buffer.from(payload), undefined)).toBe(claimed);
  });
});

test.each([
  ['home/room/sensor/t/state', '21.50', ['home:room t = 21.5']],
  ['room/binary_sensor/motion/state', 'ON', ['room binary_sensor.motion = ON']],
  ['room/sensor/text/state', '{not JSON', ['room text = {not JSON']],
  ['room/sensor/t/state', 'nan', []],
  ['room/sensor/t/state', ' ', []],
  ['room/sensor/t/state', '', ['ignored']],
  ['room/cover/door/position/state', '55', ['room cover.door.position = 55 %']],
  ['room/climate/ac/current_temperature/state', '22.5', ['room climate.ac.current_temperature = 22.5 °C']],
  [
    'room/light/lamp/state',
    '{"state":"ON","color":{"r":1}}',
    ['room light.lamp.state = ON', 'room light.lamp.color.r = 1'],
  ],
  ['room/light/lamp/state', '{"__proto__":{"a":1}}', ['invalid-metric-name']],
  ['r\u0001/sensor/t/state', '1', ['invalid-device-id']],
])('%s %s', (topic, payload, expected) => {
  // A value that is not there says nothing, unless the device is new.
  const result = createEsphome().decode({
    topic,
    levels: topic.split('/'),
    payload: Buffer.from(payload),
    receivedAtMs: NOW,
  });
  expect(readings(result)).toEqual(expected);
});

test('discovery describes the device', () => {
  const about =
    '{"ip":"10.0.0.7","name":"room","friendly_name":"Room","version":"2024.5.0","board":"esp32dev","platform":"ESP32"}';
  expect(run('esphome/discover/room', about)).toMatchObject({
    descriptions: [
      { deviceId: 'room', name: 'Room', model: 'esp32dev', firmware: '2024.5.0', address: 'room' },
    ],
  });
  expect(run('esphome/discover/room', '[]')).toEqual({ kind: 'ignored' });
});

test('a device listens to its own commands alone', () => {
  expect(esphome.ownFilters?.('room')).toEqual(['room/+/+/command', 'room/+/+/+/command']);
  expect(esphome.ownFilters?.('shellies')).toEqual([]);
});
