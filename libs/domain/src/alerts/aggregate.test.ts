import { describe, expect, test } from '@jest/globals';
import { aggregate } from './aggregate.js';
import { checkedKind, type Point, problemsOf } from './kind-support.js';

/** Panes of one second; the window at 29.5 s begins at 0 s, at 30 s it begins at 1 s. */
const PARAMS = { function: 'avg', windowMs: 30_000, operator: '>', threshold: 10 };
const POINTS: Point[] = [
  [0, 4],
  [100, 8],
  [10_000, 20],
  [29_999, 0],
];

describe('of the readings in the window', () => {
  test.each([
    ['avg', 8, 20 / 2],
    ['min', 0, 0],
    ['max', 20, 20],
    ['range', 20, 20],
  ])('%s', (name, whole, afterTheFirstPane) => {
    const kind = checkedKind(aggregate, { ...PARAMS, function: name });
    expect(kind.assess(POINTS).value).toBe(whole);
    expect(kind.assess(POINTS, 30_000).value).toBe(afterTheFirstPane);
  });

  test.each([
    ['count', 2],
    ['sum', 20],
  ])('%s, once the window is whole', (name, value) => {
    const kind = checkedKind(aggregate, { ...PARAMS, function: name });
    expect(kind.assess(POINTS, 29_999)).toEqual({ breached: 0, held: 1, value: null });
    expect(kind.assess(POINTS, 30_000).value).toBe(value);
  });
});

test('of an empty window there is no value to judge', () => {
  const below = { ...PARAMS, operator: '<', threshold: 100 };
  expect(checkedKind(aggregate, below).assess(POINTS, 100_000)).toEqual({
    breached: 0,
    held: 1,
    value: null,
  });
});

test.each(['count', 'sum'])('the %s of an empty window is 0', (name) => {
  const below = { ...PARAMS, function: name, operator: '<', threshold: 1 };
  expect(checkedKind(aggregate, below).assess(POINTS, 100_000)).toEqual({ breached: 1, held: 1, value: 0 });
});

test('changes when a pane leaves the window, and then no more', () => {
  expect(checkedKind(aggregate, PARAMS).changes(POINTS)).toEqual([30_000, 40_000, 59_000]);
});

test('a window that 30 does not divide has panes of whole milliseconds, rounded up', () => {
  const kind = checkedKind(aggregate, { ...PARAMS, windowMs: 10_000 });
  const points: Point[] = [
    [333, 1],
    [334, 5],
  ];
  expect(kind.changes(points)).toEqual([334 * 30, 334 * 31]);
  expect(kind.assess(points, 334 * 30 - 1).value).toBe(3);
  expect(kind.assess(points, 334 * 30).value).toBe(5);
});

test('remembers no more than the panes of one window', () => {
  const checked = aggregate.parseParams(PARAMS);
  if (!checked.ok) throw new Error('refused');
  let memory: ReturnType<typeof aggregate.observe> | undefined;
  for (let timeMs = 0; timeMs < 500_000; timeMs += 250)
    memory = aggregate.observe(checked.value, memory, { timeMs, value: timeMs % 7 });
  expect(memory?.panes).toHaveLength(30);
});

test('sums beyond all numbers stay numbers', () => {
  const huge: Point[] = [
    [0, 1],
    [31_000, Number.MAX_VALUE],
    [31_001, Number.MAX_VALUE],
    [32_000, Number.MAX_VALUE],
    [33_000, -Number.MAX_VALUE],
  ];
  const valueOf = (name: string) => checkedKind(aggregate, { ...PARAMS, function: name }).assess(huge).value;
  expect(['sum', 'avg', 'range'].map(valueOf).every(Number.isFinite)).toBe(true);
});

test('takes what has a number', () => {
  expect(checkedKind(aggregate, PARAMS).accepts(1, false, 'ON', 'idle')).toEqual([true, true, true, false]);
});

describe('refuses', () => {
  const windowFault =
    'params.windowMs: must be a whole number of milliseconds from 10000 to 604800000, e.g. 600000 for 10 minutes';
  test.each([
    [
      [],
      [
        'params: must be an object, e.g. {"function": "avg", "windowMs": 600000, "operator": ">", "threshold": 30}',
      ],
    ],
    [{ ...PARAMS, function: 'mean' }, ['params.function: must be one of avg, min, max, sum, count, range']],
    [{ ...PARAMS, windowMs: undefined }, [windowFault]],
    [{ ...PARAMS, windowMs: 9999 }, [windowFault]],
    [{ ...PARAMS, windowMs: 604_800_001 }, [windowFault]],
    [{ ...PARAMS, windowMs: '10m' }, [windowFault]],
    [{ ...PARAMS, operator: undefined }, ['params.operator: must be one of > >= < <= = != inside outside']],
    [
      { ...PARAMS, window: 1 },
      [
        'params.window: is not known here; known are function, windowMs, operator, threshold, clearThreshold, low, high, clearLow, clearHigh, levels',
      ],
    ],
  ])('%j', (input, problems) => {
    expect(problemsOf(aggregate, input)).toEqual(problems);
  });
});
