import { describe, expect, test } from '@jest/globals';
import { TrafficBudget } from './traffic-budget.js';

const LIMITS = { publishesPerSecond: 100, bytesPerSecond: 1_000 };

/** Spends at times, and tells the holds. */
function holdsOf(spends: readonly (readonly [atMs: number, publishes: number, bytes: number])[]): number[] {
  let nowMs = 0;
  const budget = new TrafficBudget(LIMITS, () => nowMs);
  return spends.map(([atMs, publishes, bytes]) => {
    nowMs = atMs;
    return budget.spend(publishes, bytes);
  });
}

describe('TrafficBudget of 100 publishes and 1,000 bytes a second', () => {
  test.each([
    ['ten seconds of publishes at once', [[0, 1_000, 0]], [0]],
    ['more than that waits for what is missing', [[0, 1_050, 0]], [500]],
    ['ten seconds of bytes at once', [[0, 1, 10_000]], [0]],
    ['more bytes than that', [[0, 1, 12_000]], [2_000]],
    [
      'what is spent comes back with time',
      [
        [0, 1_000, 0],
        [1_000, 100, 0],
        [1_000, 1, 0],
      ],
      [0, 0, 10],
    ],
    [
      'a pause fills it up and no further',
      [
        [0, 1_000, 0],
        [60_000, 1_001, 0],
      ],
      [0, 10],
    ],
  ] as const)('%s', (_, spends, holds) => {
    expect(holdsOf(spends)).toEqual(holds);
  });

  test('after a minute of holds without a break it is too much', () => {
    const always = Array.from({ length: 80 }, (_, second) => [second * 1_000, 1_100, 0] as const);
    const holds = holdsOf(always);
    expect(holds.slice(0, 61)).not.toContain(Infinity);
    expect(holds[62]).toBe(Infinity);
  });

  test('a second in which it kept to its rate ends the count', () => {
    let nowMs = 0;
    const budget = new TrafficBudget(LIMITS, () => nowMs);
    budget.spend(1_010, 0);
    for (nowMs = 2_000; nowMs < 200_000; nowMs += 50_000) {
      expect(budget.spend(1_100, 0)).toBeGreaterThan(0);
      expect(budget.spend(1, 0)).toBeLessThan(Infinity);
    }
  });
});
