import { expect, test } from '@jest/globals';
import { checkedKind, type Point, problemsOf } from './kind-support.js';
import { repeating } from './repeating.js';

const PARAMS = { operator: '>', threshold: 30, clearThreshold: 28, times: 2, withinMs: 10_000 };

test.each<[string, number[], number]>([
  ['each breach that begins is one', [20, 31, 20, 31], 2],
  ['a breach that lasts is one', [20, 31, 32, 33], 1],
  ['a value within the hysteresis does not end it', [20, 31, 29, 31], 1],
  ['a breach that was there at first is none', [31, 20], 0],
  ['after it was clear, the next is one', [31, 20, 31], 1],
  ['from within the hysteresis it can begin at first', [29, 31], 1],
  ['no more are counted than the highest level asks for', [20, 31, 20, 31, 20, 31], 2],
])('%s', (_, values, count) => {
  const points = values.map((value, index): Point => [index * 1000, value]);
  const isBreach = count >= 2 ? 1 : 0;
  expect(checkedKind(repeating, PARAMS).assess(points)).toEqual({
    breached: isBreach,
    held: isBreach,
    value: count,
  });
});

const THRICE: Point[] = [
  [0, 20],
  [1000, 31],
  [2000, 20],
  [3000, 31],
  [4000, 20],
  [6000, 31],
];

test('an occurrence counts for as long as is said, and not a moment longer', () => {
  const kind = checkedKind(repeating, { ...PARAMS, times: 3 });
  expect(kind.changes(THRICE)).toEqual([11_000, 13_000, 16_000]);
  expect([6000, 10_999, 11_000, 13_000, 16_000].map((atMs) => kind.assess(THRICE, atMs).value)).toEqual([
    3, 3, 2, 1, 0,
  ]);
  expect(kind.assess(THRICE, 10_999).breached).toBe(1);
  expect(kind.assess(THRICE, 11_000)).toEqual({ breached: 0, held: 0, value: 2 });
});

test('more of them breach a higher level', () => {
  const kind = checkedKind(repeating, { ...PARAMS, levels: [{ severity: 'critical', times: 3 }] });
  expect([3000, 6000].map((atMs) => kind.assess(THRICE.filter(([at]) => at <= atMs)).breached)).toEqual([
    1, 2,
  ]);
});

const timesFault = 'must be a whole number from 2 to 100, e.g.';
test.each([
  [
    'often',
    ['params: must be an object, e.g. {"operator": ">", "threshold": 30, "times": 3, "withinMs": 600000}'],
  ],
  [{ ...PARAMS, times: 1 }, [`params.times: ${timesFault} 3`]],
  [{ ...PARAMS, times: 2.5 }, [`params.times: ${timesFault} 3`]],
  [
    { ...PARAMS, withinMs: '10m' },
    [
      'params.withinMs: must be a whole number of milliseconds from 1000 to 2592000000, e.g. 600000 for 10 minutes',
    ],
  ],
  [{ ...PARAMS, operator: 'over' }, ['params.operator: must be one of > >= < <= = != inside outside']],
  [
    { ...PARAMS, levels: [{ severity: 'critical', times: 2 }] },
    ['params.levels[0].times: must be greater than that of the level below it (2)'],
  ],
  [{ ...PARAMS, levels: [{ severity: 'critical' }] }, [`params.levels[0].times: ${timesFault} 10`]],
  [
    { ...PARAMS, levels: [{ severity: 'bad', times: 5 }] },
    ['params.levels[0].severity: must be one of info, warning, critical'],
  ],
  [
    { ...PARAMS, levels: [{ severity: 'critical', threshold: 5, times: 5 }] },
    ['params.levels[0].threshold: is not known here; known are severity, times'],
  ],
  [
    { ...PARAMS, levels: [5] },
    ['params.levels[0]: must be an object, e.g. {"severity": "critical", "times": 10}'],
  ],
  [
    { ...PARAMS, levels: {} },
    [
      'params.levels: must be a list of 1 to 2 levels above the first, e.g. [{"severity": "critical", "times": 10}]',
    ],
  ],
])('refuses %j', (input, problems) => {
  expect(problemsOf(repeating, input)).toEqual(problems);
});
