import { expect, jest, test } from '@jest/globals';
import type { Logger } from '@fieldstream/domain';
import { Authenticator, type AuthenticatorOptions, type ConnectRequest } from './authenticator.js';
import type { Registration } from './registration-book.js';

const TOKEN = 'a'.repeat(32);

function authenticatorWith(change: Partial<AuthenticatorOptions> = {}) {
  const book = new Map<string, Registration>([['pump', { isDisabled: false, tokenHash: 'h' }]]);
  const warn = jest.fn();
  const clock = { nowMs: 0 };
  const authenticator = new Authenticator({
    rules: { policy: 'registered', claimsByFirstUse: true },
    book: { find: (deviceId) => book.get(deviceId) },
    checks: { check: async ({ token }) => (token === TOKEN ? 'right' : 'wrong') },
    claims: { claim: async () => {} },
    rights: { mayLeaveWill: (identity, { topic }) => topic === identity },
    logger: { warn } as unknown as Logger,
    now: () => clock.nowMs,
    ...change,
  });
  const connect = (request: Partial<ConnectRequest>): Promise<unknown> =>
    authenticator.authenticate(
      { username: undefined, password: undefined, certificateName: undefined, will: undefined, ...request },
      () => true,
    );
  return { authenticator, book, warn, clock, connect };
}

test('refusals are counted one by one, and logged once a minute with their number', async () => {
  const { authenticator, warn, clock, connect } = authenticatorWith();
  for (let attempt = 0; attempt < 1_000; attempt++) {
    clock.nowMs += 100;
    await connect({ username: 'pump', password: 'b'.repeat(32) });
  }
  expect(authenticator.refused['wrong-token']).toBe(1_000);
  expect(warn.mock.calls.map(([fields]) => fields)).toEqual([
    { reason: 'wrong-token', username: 'pump', refused: 1 },
    { reason: 'wrong-token', username: 'pump', refused: 600 },
  ]);
});

test('a will is judged by who leaves it, before a token is compared', async () => {
  const check = jest.fn(async () => 'right' as const);
  const { connect } = authenticatorWith({ checks: { check } });
  const payload = Buffer.alloc(0);
  const claim = { username: 'pump', password: TOKEN };
  expect(await connect({ ...claim, will: { topic: 'fan', payload } })).toEqual({
    ok: false,
    reason: 'forbidden-will',
  });
  expect(check).not.toHaveBeenCalled();
  expect(await connect({ ...claim, will: { topic: 'pump', payload } })).toEqual({
    ok: true,
    deviceId: 'pump',
  });
  expect(await connect({ certificateName: 'pump', will: { topic: 'fan', payload } })).toMatchObject({
    ok: false,
  });
});

test.each([
  ['with this password', TOKEN, { ok: true, deviceId: 'new' }],
  ['with another', 'c'.repeat(32), { ok: false, reason: 'wrong-token' }],
])('a claimed name that got registered %s', async (_, password, expected) => {
  const { book, connect } = authenticatorWith({
    claims: {
      claim: async (deviceId) => void book.set(deviceId, { isDisabled: false, tokenHash: 'h' }),
    },
  });
  expect(await connect({ username: 'new', password })).toEqual(expected);
});

test('a claim that came to nothing is to be made again', async () => {
  const { connect } = authenticatorWith();
  expect(await connect({ username: 'new', password: TOKEN })).toEqual({ ok: false, reason: 'claim-pending' });
});
