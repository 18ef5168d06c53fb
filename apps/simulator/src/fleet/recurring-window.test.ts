import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Dice } from './dice.js';
import { elapsedOf } from './incident.js';
import { windowAt, windowOf } from './recurring-window.js';

const RECURRENCE = { everyMs: 60_000, minMs: 5_000, maxMs: 20_000 };

test('each period has one window inside it, of an allowed length', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 40_000_000 }), (seed, period) => {
      const dice = new Dice(seed, 'window');
      const { startMs, endMs } = windowOf(dice, 1, period, RECURRENCE);
      expect(startMs).toBeGreaterThanOrEqual(period * 60_000);
      expect(endMs).toBeLessThanOrEqual((period + 1) * 60_000);
      expect(endMs - startMs >= 5_000 && endMs - startMs < 20_000).toBe(true);
      expect(windowAt(dice, 1, startMs, RECURRENCE)).toEqual({ startMs, endMs });
      expect(windowAt(dice, 1, startMs - 1, RECURRENCE)).not.toEqual({ startMs, endMs });
      expect(windowAt(dice, 1, endMs, RECURRENCE)).not.toEqual({ startMs, endMs });
    }),
  );
});

test.each([
  ['before the start', 999, undefined],
  ['before the first time', 1_099, undefined],
  ['when it begins', 1_100, 0],
  ['later', 1_350, 250],
  ['when it begins again', 1_600, 0],
  ['a hundred times later', 51_110, 10],
])('an incident %s', (_, timeMs, expected) => {
  expect(elapsedOf({ anchorMs: 1_000, afterMs: 100, everyMs: 500 }, timeMs)).toBe(expected);
});

test('without an incident nothing elapses', () => {
  expect(elapsedOf(undefined, 5)).toBeUndefined();
});
