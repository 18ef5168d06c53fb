import { expect, test } from '@jest/globals';
import { parseMappings } from '@fieldstream/decoders';
import { tryPublish } from './mapping-trial.js';

const parsed = parseMappings(`mappings:
  - name: cold stores
    topic: cold/{id}/temp
    format: number
    device: "{id}"
    metrics: [{name: temperature, unit: °C, scale: 0.1}]`);
const mappings = parsed.ok ? parsed.mappings : [];

const lines = (topic: string, payload: string, username?: string): readonly string[] =>
  tryPublish(
    { topic, payload: Buffer.from(payload), receivedAtMs: Date.UTC(2026, 10, 21, 12), username },
    mappings,
    'Europe/Berlin',
  ).lines;

test('tells which mapping takes a publish, and what it becomes', () => {
  expect(lines('cold/north/temp', '-185')).toEqual([
    'Mapping: cold stores',
    'north  2026-11-21T12:00:00.000Z',
    '  temperature = -18.5 °C',
    'Where no time is given, it is the time of arrival.',
  ]);
});

test('tells the family, states as numbers, and times in the zone of devices', () => {
  expect(lines('v1/devices/me/telemetry', '{"ts":1700000000000,"values":{"pump":"ON"}}', 'plant')).toEqual([
    'Family: thingsboard',
    'plant  2023-11-14T22:13:20.000Z',
    '  pump = "ON"  (as a number: 1)',
  ]);
});

test.each([
  ['cold/north/temp', 'warm', 'Refused: invalid-value: temperature is not a number: string "warm"'],
  ['hall/light', 'x', "Taken by nobody: no mapping's topic fits hall/light"],
  ['v1/devices/me/rpc/request/1', '{}', 'Ignored'],
])('%s with %s', (topic, payload, expected) => {
  expect(lines(topic, payload).join('\n')).toContain(expected);
  const trial = tryPublish({ topic, payload: Buffer.from(payload), receivedAtMs: 0 }, mappings, 'UTC');
  expect(trial.isDecoded).toBe(false);
});
