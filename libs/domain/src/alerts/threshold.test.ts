import { expect, test } from '@jest/globals';
import { checkedKind, problemsOf } from './kind-support.js';
import { threshold } from './threshold.js';

const OVER = { operator: '>', threshold: 0.5 };

test('takes numbers, booleans and words for on and off', () => {
  expect(checkedKind(threshold, OVER).accepts(1, true, 'ON', 'offline', 'idle', '')).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  [1, 1, 1],
  [0.5, 0, 0.5],
  [true, 1, 1],
  ['OFF', 0, 0],
  ['On', 1, 1],
])('%p breaches %d levels', (value, breached, number) => {
  expect(checkedKind(threshold, OVER).assess([[0, value]])).toEqual({
    breached,
    held: breached,
    value: number,
  });
});

test('the last reading counts, and time alone changes nothing', () => {
  const kind = checkedKind(threshold, OVER);
  expect(
    kind.assess(
      [
        [0, 7],
        [1, 0],
      ],
      1_000_000,
    ).breached,
  ).toBe(0);
  expect(kind.changes([[0, 7]])).toEqual([]);
});

test.each([
  [30, ['params: must be an object, e.g. {"operator": ">", "threshold": 30}']],
  [undefined, ['params: must be an object, e.g. {"operator": ">", "threshold": 30}']],
  [
    { ...OVER, clearTreshold: 0 },
    [
      'params.clearTreshold: is not known here; known are operator, threshold, clearThreshold, low, high, clearLow, clearHigh, levels',
    ],
  ],
  [{ operator: '>', threshold: '1' }, ['params.threshold: must be a finite number, e.g. 30']],
])('refuses %j', (input, problems) => {
  expect(problemsOf(threshold, input)).toEqual(problems);
});
