import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commandResponse } from './command-response.js';

const ID = '6b1c3f0e-3f64-4d0a-9d8e-1f2a3b4c5d6e';

function decode(topic: string, payload: string | Uint8Array) {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const levels = topic.split('/');
  return commandResponse.decode({ topic, levels, payload: bytes, receivedAtMs: 0 });
}

test.each([
  ['devices/d/commands/response', true],
  [`devices/d/commands/${ID}/response`, true],
  [`devices/d/commands/${ID}/rpc`, true],
  ['devices/d/commands', false],
  ['devices/d/commands/request', false],
  ['devices/d/telemetry/response', false],
  ['devices/d/commands/a/b/response', false],
  ['x/d/commands/response', false],
])('%s is claimed: %s', (topic, isClaimed) => {
  expect(commandResponse.claims(topic.split('/'), Buffer.alloc(0), undefined)).toBe(isClaimed);
});

describe('answers', () => {
  test.each([
    ['response', { commandId: ID }, {}],
    ['response', { commandId: ID, status: 'ok', payload: 'done' }, { outcome: 'ok', text: 'done' }],
    [
      'response',
      { commandId: ID, status: 'error', payload: { code: 7 } },
      { outcome: 'error', text: '{"code":7}' },
    ],
    [`${ID}/response`, 'any text', { text: 'any text' }],
    [`${ID}/response`, '', {}],
    [`${ID}/rpc`, { id: ID, src: 's', result: { was_on: true } }, { outcome: 'ok', text: '{"was_on":true}' }],
    [`${ID}/rpc`, { id: ID, src: 's', result: null }, { outcome: 'ok' }],
    [`${ID}/rpc`, { id: ID, error: { code: 404 } }, { outcome: 'error', text: '{"code":404}' }],
  ])('on %s: %j', (suffix, payload, answer) => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    expect(decode(`devices/d/commands/${suffix}`, text)).toMatchObject({
      kind: 'decoded',
      telemetry: [],
      answers: [{ deviceId: 'd', commandId: ID, ...answer }],
    });
  });
});

describe('what is refused', () => {
  test.each([
    ['response', '', 'empty-payload'],
    ['response', 'x', 'invalid-json'],
    ['response', '[]', 'not-an-object'],
    ['response', '{}', 'invalid-payload'],
    ['response', '{"commandId":"x"}', 'invalid-payload'],
    ['response', `{"commandId":"${ID}","status":1}`, 'invalid-payload'],
    ['response', `{"commandId":"${ID}","payload":"\\u0000"}`, 'invalid-value'],
    ['nonsense/response', 'x', 'invalid-payload'],
    [`${ID}/response`, Buffer.from([0xff]), 'invalid-utf8'],
    [`${ID}/response`, 'x'.repeat(65_537), 'text-too-long'],
    [`${ID}/rpc`, 'x', 'invalid-json'],
  ])('on %s: %s', (suffix, payload, reason) => {
    expect(decode(`devices/d/commands/${suffix}`, payload)).toMatchObject({
      kind: 'rejected',
      reason,
      deviceId: 'd',
    });
  });

  test('a device ID that is none', () => {
    expect(decode('devices//commands/response', '{}')).toMatchObject({ reason: 'invalid-device-id' });
  });
});

test('no bytes make it throw', () => {
  const suffix = fc.constantFrom('response', `${ID}/response`, `${ID}/rpc`, 'x/rpc');
  const payload = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(suffix, payload, (last, bytes) => {
      expect(['decoded', 'rejected']).toContain(decode(`devices/d/commands/${last}`, bytes).kind);
    }),
  );
});
