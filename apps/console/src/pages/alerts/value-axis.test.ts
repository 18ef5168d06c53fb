import { describe, expect, test } from '@jest/globals';
import { afterKey, inSteps, placeOf, stepOf, valueAt, valueRangeOf } from './value-axis.js';

describe('the range', () => {
  test('holds values, their extremes and limits, with room', () => {
    const signal = { times: [0, 1], values: [1, null], range: { min: [0, 0], max: [4, 8] } };
    const { min, max } = valueRangeOf(signal, [-2]);
    expect(min).toBeLessThan(-2);
    expect(max).toBeGreaterThan(8);
  });

  test('of one value, of zero, of nothing is no point', () => {
    for (const limits of [[5], [0], []]) {
      const { min, max } = valueRangeOf(undefined, limits);
      expect(max).toBeGreaterThan(min);
    }
  });
});

test.each([
  [{ min: 0, max: 100 }, 1],
  [{ min: -22, max: -8 }, 0.1],
  [{ min: 0, max: 1_000 }, 10],
  [{ min: 0, max: 3_000 }, 10],
  [{ min: 0, max: 0.02 }, 0.0001],
  [{ min: 5, max: 5 }, 1],
])('%j moves by %d', (range, step) => {
  expect(stepOf(range)).toBeCloseTo(step, 10);
});

test.each([
  [0.30000000000000004, 0.1, 0.3],
  [-15.04, 0.1, -15],
  [1_234, 10, 1_230],
  [0.00012345, 0.0001, 0.0001],
])('%d in steps of %d is %d', (value, step, rounded) => {
  expect(inSteps(value, step)).toBe(rounded);
});

test('a place is where its value is', () => {
  const range = { min: -20, max: 20 };
  expect(placeOf(20, range)).toBe(0);
  expect(placeOf(-20, range)).toBe(1);
  expect(valueAt(placeOf(7, range), range)).toBe(7);
});

test.each([
  ['ArrowUp', false, 31],
  ['ArrowRight', false, 31],
  ['ArrowDown', false, 29],
  ['ArrowUp', true, 30.1],
  ['PageDown', false, 20],
  ['Home', false, 0],
  ['End', false, 100],
  ['Enter', false, undefined],
])('%s, fine %s: from 30 to %s', (key, isFine, value) => {
  expect(afterKey(key, { value: 30, range: { min: 0, max: 100 }, isFine })).toBe(value);
});
