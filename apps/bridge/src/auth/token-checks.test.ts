import { describe, expect, test } from '@jest/globals';
import { TokenChecks, type TokenClaim } from './token-checks.js';

function checks(change: Partial<ConstructorParameters<typeof TokenChecks>[0]> = {}) {
  let most = 0;
  let running = 0;
  const subject = new TokenChecks({
    // The hash of a token is the token turned round.
    verify: async (token, tokenHash) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return Array.from(token).reverse().join('') === tokenHash;
    },
    concurrency: 2,
    maxWaiting: 3,
    maxRight: 2,
    maxWrong: 2,
    ...change,
  });
  const check = (deviceId: string, token: string, more: Partial<TokenClaim> = {}) =>
    subject.check({ deviceId, token, tokenHash: 'cba', isWanted: () => true, ...more });
  return { subject, check, most: () => most };
}

describe('TokenChecks', () => {
  test('compares a right and a wrong token once', async () => {
    const { subject, check } = checks();
    expect([await check('d', 'abc'), await check('d', 'abc')]).toEqual(['right', 'right']);
    expect([await check('d', 'xyz'), await check('d', 'xyz')]).toEqual(['wrong', 'wrong']);
    expect(await check('d', 'abc')).toBe('right');
    expect(subject.compared).toBe(2);
  });

  test('what is remembered holds for the same device and hash only', async () => {
    const { subject, check } = checks();
    await check('d', 'abc');
    expect(await check('d', 'abc', { tokenHash: 'zyx' })).toBe('wrong');
    expect(await check('d', 'xyz', { tokenHash: 'zyx' })).toBe('right');
    expect(await check('e', 'abc')).toBe('right');
    expect(subject.compared).toBe(4);
  });

  test('runs so many at a time, lets so many wait, and turns the others away', async () => {
    const { subject, check, most } = checks();
    const answers = Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((device) => check(device, 'abc')));
    expect(subject.waiting).toBe(3);
    expect(await answers).toEqual([...Array<string>(5).fill('right'), 'busy', 'busy']);
    expect(most()).toBe(2);
    expect(subject.waiting).toBe(0);
    expect(await check('f', 'abc')).toBe('right');
  });

  test('does not compare for those who have left', async () => {
    const { subject, check } = checks({ concurrency: 1 });
    const first = check('a', 'abc');
    const left = check('b', 'abc', { isWanted: () => false });
    expect([await first, await left]).toEqual(['right', 'unwanted']);
    expect(subject.compared).toBe(1);
  });

  test('forgets what it has known longest', async () => {
    const { subject, check } = checks();
    for (const device of ['a', 'b', 'c', 'a']) await check(device, 'abc');
    expect(subject.compared).toBe(4);
    await check('c', 'abc');
    expect(subject.compared).toBe(4);
  });

  test('a hash that cannot be read leaves the place to the next one', async () => {
    let fail = true;
    const { check } = checks({
      concurrency: 1,
      verify: async () => {
        if (fail) throw new Error('not a hash');
        return true;
      },
    });
    await expect(check('a', 'abc')).rejects.toThrow('not a hash');
    fail = false;
    expect(await check('a', 'abc')).toBe('right');
  });
});
