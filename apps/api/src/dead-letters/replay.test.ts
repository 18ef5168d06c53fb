import { expect, test } from '@jest/globals';
import { decodeTelemetry, encodeTelemetry, TOPICS } from '@fieldstream/wire';
import { planReplay, type ReplayInput } from './replay.js';

const RECEIVED = Date.UTC(2026, 0, 31, 12);

function letter(mqttTopic: string | null, payload: Buffer | string): ReplayInput {
  return { mqttTopic, clientId: 'client-1', payload: Buffer.from(payload), receivedAtMs: RECEIVED };
}

test('a payload that can be decoded now becomes keyed records with the times of then', () => {
  const plan = planReplay(letter('devices/greenhouse-1/telemetry', '{"temperature": 21.5}'));
  if (plan.kind !== 'records') throw new Error(plan.detail);
  expect(plan.records).toHaveLength(1);
  const [record] = plan.records;
  expect(record).toMatchObject({ topic: TOPICS.readings, key: 'greenhouse-1' });
  expect(decodeTelemetry(record?.value ?? null)).toMatchObject({
    deviceId: 'greenhouse-1',
    receivedAtMs: RECEIVED,
    samples: [{ timeMs: RECEIVED, values: new Map([['temperature', 21.5]]) }],
  });
});

test('planning twice gives the same bytes, so that a second replay changes nothing', () => {
  const input = letter('devices/greenhouse-1/telemetry', '[{"a": 1}, {"a": 2}]');
  expect(planReplay(input)).toEqual(planReplay(input));
});

test.each([
  ['devices/greenhouse-1/telemetry', '{"temperature": ', 'invalid-json'],
  ['some/other/topic', '1', 'unclaimed-topic'],
])('%s with %s is refused', (topic, payload, reason) => {
  expect(planReplay(letter(topic, payload))).toMatchObject({ kind: 'refused', reason });
});

test('a presence message becomes a device event', () => {
  const plan = planReplay(letter('devices/greenhouse-1/status', 'online'));
  expect(plan).toMatchObject({
    kind: 'records',
    records: [{ topic: TOPICS.deviceEvents, key: 'greenhouse-1' }],
  });
});

test('without an MQTT topic the payload is a Kafka record', () => {
  const value = encodeTelemetry({
    deviceId: 'a',
    receivedAtMs: RECEIVED,
    samples: [{ timeMs: RECEIVED, values: new Map([['x', 1]]) }],
  });
  expect(planReplay(letter(null, value))).toEqual({
    kind: 'records',
    records: [{ topic: TOPICS.readings, key: 'a', value }],
  });
  expect(planReplay(letter(null, '{"v": 2}'))).toMatchObject({ kind: 'refused', reason: 'invalid-record' });
});
