import { describe, expect, test } from '@jest/globals';
import { checkedKind, type Point, problemsOf } from './kind-support.js';
import { rate } from './rate.js';

const PARAMS = { operator: '>', threshold: 5 };

describe('between the last two readings', () => {
  test.each<[string, Point[], number | null]>([
    ['there is no value of one', [[0, 100]], null],
    [
      'a rise, per minute',
      [
        [0, 1],
        [30_000, 4],
      ],
      6,
    ],
    [
      'a fall',
      [
        [0, 4],
        [120_000, 1],
      ],
      -1.5,
    ],
    [
      'earlier readings do not count',
      [
        [0, 100],
        [1000, 5],
        [61_000, 5],
      ],
      0,
    ],
    [
      'states count as 0 and 1',
      [
        [0, 'off'],
        [60_000, true],
      ],
      1,
    ],
  ])('%s', (_, points, value) => {
    const kind = checkedKind(rate, PARAMS);
    expect(kind.assess(points).value).toBe(value);
    // It holds until the next reading.
    expect(kind.assess(points, 10_000_000).value).toBe(value);
    expect(kind.changes(points)).toEqual([]);
  });
});

describe('over a window', () => {
  /** Panes of one second. */
  const kind = checkedKind(rate, { ...PARAMS, windowMs: 30_000, perMs: 1000 });
  const points: Point[] = [
    [0, 0],
    [500, 100],
    [10_000, 20],
    [10_900, 70],
    [20_000, 40],
  ];
  test.each([
    [20_000, 40 / 20],
    [29_999, 40 / 20],
    [30_000, (40 - 20) / 10],
    [39_999, (40 - 20) / 10],
    // One reading is left, then none.
    [40_000, null],
    [50_000, null],
  ])('at %d ms', (atMs, value) => {
    expect(kind.assess(points, atMs).value).toBe(value);
  });

  test('changes when a first reading leaves', () => {
    expect(kind.changes(points)).toEqual([30_000, 40_000, 50_000]);
  });

  test('no value neither breaches nor clears', () => {
    expect(kind.assess(points, 50_000)).toEqual({ breached: 0, held: 1, value: null });
  });
});

test('outside a range about zero: fast either way', () => {
  const kind = checkedKind(rate, { operator: 'outside', low: -5, high: 5 });
  const breachedBy = (to: number): number =>
    kind.assess([
      [0, 0],
      [60_000, to],
    ]).breached;
  expect([6, 5, 0, -5, -6].map(breachedBy)).toEqual([1, 0, 0, 0, 1]);
});

test('a slope beyond all numbers stays a number', () => {
  const points: Point[] = [
    [0, -Number.MAX_VALUE],
    [1, Number.MAX_VALUE],
  ];
  expect(checkedKind(rate, PARAMS).assess(points).value).toBe(Number.MAX_VALUE);
});

test('parameters: per minute between the last two readings where nothing else is said', () => {
  expect(checkedKind(rate, PARAMS).params).toEqual({ ...PARAMS, perMs: 60_000 });
});

test.each([
  [null, ['params: must be an object, e.g. {"operator": ">", "threshold": 5, "perMs": 60000}']],
  [
    { ...PARAMS, perMs: 0 },
    [
      'params.perMs: must be a whole number of milliseconds from 1000 to 2592000000, e.g. 60000 for a change per minute',
    ],
  ],
  [
    { ...PARAMS, windowMs: 1000 },
    [
      'params.windowMs: must be a whole number of milliseconds from 10000 to 604800000, e.g. 600000 for 10 minutes',
    ],
  ],
  [{ operator: '>' }, ['params.threshold: must be a finite number, e.g. 30']],
  [
    { ...PARAMS, per: 'min' },
    [
      'params.per: is not known here; known are perMs, windowMs, operator, threshold, clearThreshold, low, high, clearLow, clearHigh, levels',
    ],
  ],
])('refuses %j', (input, problems) => {
  expect(problemsOf(rate, input)).toEqual(problems);
});
