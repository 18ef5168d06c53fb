import { describe, expect, test } from '@jest/globals';
import { ReceivedTimes, type PublishIdentity } from './received-times.js';

const NOW = 1_790_000_000_000;
const identity = (change: Partial<PublishIdentity> = {}): PublishIdentity => ({
  clientId: 'c',
  messageId: 1,
  dup: false,
  topic: 't',
  payload: Buffer.from('1'),
  ...change,
});
const times = (): ReceivedTimes => new ReceivedTimes({ maxDevices: 100, maxPublishes: 10 });

/** The time that a publish with one reading of device `d` gets; it is acknowledged afterwards unless told otherwise. */
function arrive(
  of: ReceivedTimes,
  nowMs: number,
  who: PublishIdentity | undefined,
  acknowledged = true,
): number {
  of.begin(nowMs, who);
  const timeMs = of.stamp('d', 1);
  if (of.remembered && acknowledged) of.remembered.acknowledged = true;
  return timeMs;
}

describe('ReceivedTimes', () => {
  test('strictly increase per device within a millisecond and when the clock steps back', () => {
    const of = times();
    expect([NOW, NOW, NOW, NOW - 5_000, NOW + 10].map((nowMs) => arrive(of, nowMs, undefined))).toEqual([
      NOW,
      NOW + 1,
      NOW + 2,
      NOW + 3,
      NOW + 10,
    ]);
    of.begin(NOW, undefined);
    expect(of.stamp('another', 1)).toBe(NOW);
  });

  test('several readings of one publish reserve as many milliseconds', () => {
    const of = times();
    of.begin(NOW, undefined);
    expect(of.stamp('d', 5)).toBe(NOW);
    expect(arrive(of, NOW, undefined)).toBe(NOW + 5);
  });

  test.each([
    ['without DUP, ten minutes later', {}, 600_000, NOW],
    ['without DUP, after more than ten minutes: a new reading', {}, 600_001, NOW + 600_001],
    ['with DUP, however late', { dup: true }, 86_400_000, NOW],
  ] as const)('what was never acknowledged comes again %s', (_, change, afterMs, expected) => {
    const of = times();
    arrive(of, NOW, identity(), false);
    expect(arrive(of, NOW + afterMs, identity(change))).toBe(expected);
  });

  test.each([
    ['a resend with DUP', { dup: true }, true, NOW],
    ['a resend without DUP of what was never acknowledged', {}, false, NOW],
    ['the next publish with the same message ID', {}, true, NOW + 1_000],
    ['DUP with another payload', { dup: true, payload: Buffer.from('2') }, true, NOW + 1_000],
    ['DUP with another topic', { dup: true, topic: 'u' }, true, NOW + 1_000],
    ['DUP of another client', { dup: true, clientId: 'x' }, true, NOW + 1_000],
    ['DUP with another message ID', { dup: true, messageId: 2 }, true, NOW + 1_000],
  ] as const)('%s', (_, change, acknowledged, expected) => {
    const of = times();
    arrive(of, NOW, identity(), acknowledged);
    expect(arrive(of, NOW + 1_000, identity(change))).toBe(expected);
  });

  test('a resend of several devices gets each its time again', () => {
    const of = times();
    const seen = [NOW, NOW + 500].map((nowMs, index) => {
      of.begin(nowMs, identity({ dup: index === 1 }));
      return [of.stamp('a', 3), of.stamp('b', 1), of.stamp('c', 1)];
    });
    expect(seen[1]).toEqual(seen[0]);
  });

  test('forgets the oldest publishes', () => {
    const of = times();
    for (let messageId = 1; messageId <= 11; messageId++)
      arrive(of, NOW + messageId, identity({ messageId }));
    expect(arrive(of, NOW + 100, identity({ messageId: 2, dup: true }))).toBe(NOW + 2);
    expect(arrive(of, NOW + 100, identity({ messageId: 1, dup: true }))).toBe(NOW + 100);
  });
});
