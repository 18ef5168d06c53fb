import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clamp, Dice, round } from './dice.js';

const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const timeMs = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });

test('the same seed and name throw the same, whatever was thrown before', () => {
  fc.assert(
    fc.property(seed, fc.string(), timeMs, (number, name, at) => {
      const [one, other] = [new Dice(number, name), new Dice(number, name)];
      other.chance(1, at + 1);
      expect(one.chance(1, at)).toBe(other.chance(1, at));
      expect(one.drift(2, at, 60_000)).toBe(other.drift(2, at, 60_000));
    }),
  );
});

test.each<[string, Dice, number, number]>([
  ['another seed', new Dice(2, 'a'), 1, 5],
  ['another name', new Dice(1, 'b'), 1, 5],
  ['another channel', new Dice(1, 'a'), 2, 5],
  ['another key', new Dice(1, 'a'), 1, 6],
  ['a key that differs in the high word alone', new Dice(1, 'a'), 1, 5 + 2 ** 32],
])('%s throws otherwise', (_, dice, channel, key) => {
  expect(dice.chance(channel, key)).not.toBe(new Dice(1, 'a').chance(1, 5));
});

test('throws stay in their ranges', () => {
  fc.assert(
    fc.property(seed, timeMs, (number, at) => {
      const dice = new Dice(number, 'range');
      const [chance, jitter, drift] = [dice.chance(1, at), dice.jitter(2, at), dice.drift(3, at, 3_600_000)];
      expect(chance >= 0 && chance < 1).toBe(true);
      expect(Math.abs(jitter)).toBeLessThan(1);
      expect(Math.abs(drift)).toBeLessThanOrEqual(1);
    }),
  );
});

test('ten thousand throws fill the range evenly', () => {
  const dice = new Dice(7, 'even');
  const bins = Array.from({ length: 10 }, () => 0);
  for (let key = 0; key < 10_000; key++) {
    const bin = Math.floor(dice.chance(1, 1_700_000_000_000 + key * 5_000) * 10);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  for (const bin of bins) expect(Math.abs(bin - 1_000)).toBeLessThan(150);
});

test('drift is smooth: a hundredth of its period changes it by little', () => {
  fc.assert(
    fc.property(seed, timeMs, (number, at) => {
      const dice = new Dice(number, 'smooth');
      expect(Math.abs(dice.drift(1, at + 36_000, 3_600_000) - dice.drift(1, at, 3_600_000))).toBeLessThan(
        0.04,
      );
    }),
  );
});

describe('numbers', () => {
  test.each([
    [1.005, 1, 1],
    [-20.126, 2, -20.13],
    [-0.001, 1, 0],
  ])('%d with %d digits is %d', (value, digits, expected) => {
    expect(round(value, digits)).toBe(expected);
  });

  test.each([
    [-1, 0],
    [0.5, 0.5],
    [2, 1],
  ])('%d is clamped to %d', (value, expected) => {
    expect(clamp(value, 0, 1)).toBe(expected);
  });
});
