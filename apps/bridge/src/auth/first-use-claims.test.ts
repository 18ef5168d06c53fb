import { expect, test } from '@jest/globals';
import { decodeDeviceClaim, type DeviceClaim } from '@fieldstream/wire';
import { FirstUseClaims } from './first-use-claims.js';

function claimsWith({ waitMs = 5_000, registers = true } = {}) {
  const sent: DeviceClaim[] = [];
  const known = new Set<string>();
  const claims = new FirstUseClaims({
    book: { find: (deviceId) => (known.has(deviceId) ? { isDisabled: false, tokenHash: 'h' } : undefined) },
    producer: {
      send: async ({ value }) => {
        const claim = decodeDeviceClaim(value ?? null);
        sent.push(claim);
        if (registers) known.add(claim.deviceId);
      },
    },
    hash: async (password) => `hash of ${password}`,
    maxPending: 2,
    waitMs,
    now: () => Date.now(),
  });
  return { claims, sent };
}
const wanted = (): boolean => true;

test('a claim holds the hash and not the password; of several at once for one name the first is made', async () => {
  const { claims, sent } = claimsWith();
  await Promise.all([claims.claim('d', 'first', wanted), claims.claim('d', 'second', wanted)]);
  expect(sent).toEqual([{ v: 1, deviceId: 'd', tokenHash: 'hash of first' }]);
  expect([claims.made, claims.pending]).toEqual([1, 0]);
});

test('no more are made at a time than the bound says', async () => {
  const { claims, sent } = claimsWith({ waitMs: 100, registers: false });
  await Promise.all(['a', 'b', 'c', 'd'].map((deviceId) => claims.claim(deviceId, 'p', wanted)));
  expect(sent.map(({ deviceId }) => deviceId)).toEqual(['a', 'b']);
  expect(claims.pending).toBe(0);
});

test('nothing is made for who has left', async () => {
  const { claims, sent } = claimsWith();
  await claims.claim('d', 'p', () => false);
  expect(sent).toEqual([]);
});

test('a claim that Kafka refuses leaves nothing behind', async () => {
  const failing = new FirstUseClaims({
    book: { find: () => undefined },
    producer: { send: () => Promise.reject(new Error('away')) },
    hash: async () => 'h',
    maxPending: 1,
    waitMs: 1_000,
    now: () => Date.now(),
  });
  await expect(failing.claim('d', 'p', wanted)).rejects.toThrow('away');
  expect(failing.pending).toBe(0);
});
