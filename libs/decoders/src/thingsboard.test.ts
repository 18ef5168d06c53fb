import { expect, test } from '@jest/globals';
import type { DecodeResult, PublishInput } from './decoder.js';
import { createDecoders } from './registry.js';

function run(topic: string, payload: string, who: Partial<PublishInput>): DecodeResult | undefined {
  const levels = topic.split('/');
  return createDecoders().decode({
    topic,
    levels,
    payload: Buffer.from(payload),
    receivedAtMs: Date.UTC(2026, 10, 21, 12),
    ...who,
  });
}

test('a proven identity stands before the user name', () => {
  const who = { identity: 'pump-1', username: 'claimed' };
  expect(run('v1/devices/me/telemetry', '{"a":1}', who)).toMatchObject({
    telemetry: [{ deviceId: 'pump-1' }],
  });
});

test('a gateway names its devices; slashes join with a colon', () => {
  expect(run('v1/gateway/telemetry', '{"hall/pump":{"a":1}}', { identity: 'gw' })).toMatchObject({
    telemetry: [{ deviceId: 'hall:pump' }],
  });
  expect(run('v1/gateway/connect', '{"device":"hall/pump","type":"P100"}', { identity: 'gw' })).toMatchObject(
    {
      presence: [{ deviceId: 'hall:pump', state: 'online' }],
      descriptions: [{ deviceId: 'hall:pump', name: 'hall/pump', model: 'P100', gatewayId: 'gw' }],
    },
  );
});

test.each([
  ['v1/devices/me/telemetry', '{"a":1}', {}, 'invalid-device-id'],
  ['v1/devices/me/telemetry', '{"a":1}', { username: 'a/b' }, 'invalid-device-id'],
  ['v1/devices/me/telemetry', '5', { username: 'a' }, 'not-an-object'],
  ['v1/devices/me/telemetry', '{}', { username: 'a' }, 'no-values'],
  ['v1/devices/me/telemetry', '{"ts":"x","values":{"a":1}}', { username: 'a' }, 'invalid-timestamp'],
  ['v1/gateway/telemetry', '{"":{"a":1}}', {}, 'invalid-device-id'],
  ['v1/gateway/telemetry', '[]', {}, 'not-an-object'],
  ['v1/gateway/connect', '{}', {}, 'no-values'],
])('%s %s from %j is refused: %s', (topic, payload, who, reason) => {
  expect(run(topic, payload, who)).toMatchObject({ kind: 'rejected', reason });
});

test('a short topic with something that is not JSON is left to whoever speaks it', () => {
  expect(run('v2/t', '\u0008\u0001', { username: 'a' })).toBeUndefined();
  expect(run('v2/t', ' {"a":1}', { username: 'a' })).toMatchObject({ kind: 'decoded' });
});
