import { describe, expect, test } from '@jest/globals';
import { absence } from './absence.js';
import { checkedKind, type Point, problemsOf } from './kind-support.js';

const SILENT = { breached: 1, held: 1, value: null };
const HEARD = { breached: 0, held: 0, value: null };

/** Observations so many seconds after one another. */
function spaced(...gapsSeconds: number[]): Point[] {
  let timeMs = 0;
  return [[0, 1], ...gapsSeconds.map((seconds): Point => [(timeMs += seconds * 1000), 1])];
}

describe('after a given time', () => {
  const kind = checkedKind(absence, { afterMs: 60_000 });

  test('from the last observation on, at the millisecond', () => {
    const points = spaced(10);
    expect(kind.assess(points, 69_999)).toEqual(HEARD);
    expect(kind.assess(points, 70_000)).toEqual(SILENT);
    expect(kind.changes(points)).toEqual([70_000]);
  });

  test('ends with the next observation', () => {
    expect(kind.assess(spaced(100))).toEqual(HEARD);
  });

  test('longer silence breaches a higher level', () => {
    const ladder = checkedKind(absence, {
      afterMs: 60_000,
      levels: [{ severity: 'critical', afterMs: 600_000 }],
    });
    expect(ladder.changes(spaced())).toEqual([60_000, 600_000]);
    expect([59_999, 60_000, 600_000].map((atMs) => ladder.assess(spaced(), atMs).breached)).toEqual([
      0, 1, 2,
    ]);
  });
});

describe('learned', () => {
  test.each<[string, number, number[], number | undefined]>([
    ['is not judged before there are three distances', 3, [10, 10], undefined],
    ['is three times the usual distance', 3, [10, 10, 10], 30],
    ['is as many times as is said', 1.5, [10, 10, 10], 15],
    ['is never shorter than five seconds', 3, [1, 1, 1, 1], 5],
    ['one long silence changes nothing', 3, [10, 10, 10, 3600], 30],
    ['of an even number it is the greater of the middle two', 3, [10, 10, 20, 20], 60],
    ['follows the last nine', 3, [10, 10, 10, 60, 60, 60, 60, 60, 60, 60, 60, 60], 180],
    ['metrics that come one by one are one round', 3, [0.2, 0.3, 60, 0.2, 0.3, 60, 0.2, 0.3, 60], 181.5],
  ])('%s', (_, factor, gaps, afterSeconds) => {
    const points = spaced(...gaps);
    const lastMs = points.at(-1)?.[0] ?? 0;
    const kind = checkedKind(absence, { factor });
    if (afterSeconds === undefined) {
      expect(kind.changes(points)).toEqual([]);
      expect(kind.assess(points, lastMs + 1_000_000_000)).toEqual(HEARD);
    } else {
      const dueMs = lastMs + afterSeconds * 1000;
      expect(kind.changes(points)).toEqual([dueMs]);
      expect(kind.assess(points, dueMs - 1)).toEqual(HEARD);
      expect(kind.assess(points, dueMs)).toEqual(SILENT);
    }
  });

  test('ten a second are not silent after three tenths', () => {
    const points = spaced(...Array.from({ length: 50 }, () => 0.1));
    expect(checkedKind(absence, {}).changes(points)).toEqual([10_000]);
  });

  test('a second observation of the same moment changes nothing', () => {
    const points = spaced(10, 0, 10, 0, 10, 0);
    expect(checkedKind(absence, { per: 'device' }).changes(points)).toEqual([60_000]);
  });
});

test('any value is a sign of life', () => {
  expect(checkedKind(absence, {}).accepts(1, false, 'ON', 'idle', '')).not.toContain(false);
});

test('watches each series, or the device as a whole', () => {
  expect(checkedKind(absence, undefined).params).toEqual({ per: 'series', factor: 3 });
  expect([absence.subject({ per: 'series' }), absence.subject({ per: 'device' })]).toEqual([
    'series',
    'device',
  ]);
});

const afterFault = 'must be a whole number of milliseconds from 1000 to 2592000000, e.g.';
test.each([
  [300_000, ['params: must be an object, e.g. {"afterMs": 300000}']],
  [{ afterMs: 999 }, [`params.afterMs: ${afterFault} 300000 for 5 minutes`]],
  [{ afterMs: '5m' }, [`params.afterMs: ${afterFault} 300000 for 5 minutes`]],
  [{ per: 'metric' }, ['params.per: must be series or device']],
  [{ factor: 1 }, ['params.factor: must be a number greater than 1, at most 100, e.g. 3']],
  [{ factor: NaN }, ['params.factor: must be a number greater than 1, at most 100, e.g. 3']],
  [
    { factor: 2, afterMs: 5000 },
    ['params.factor: does not go with afterMs: it belongs to a time that is learned; leave out one of them'],
  ],
  [
    { levels: [{ severity: 'critical', afterMs: 5000 }] },
    ['params.levels: needs afterMs, e.g. 300000 for 5 minutes'],
  ],
  [
    { afterMs: 5000, levels: [{ severity: 'critical', afterMs: 5000 }] },
    ['params.levels[0].afterMs: must be greater than that of the level below it (5000)'],
  ],
  [{ after: 5000 }, ['params.after: is not known here; known are per, afterMs, factor, levels']],
])('refuses %j', (input, problems) => {
  expect(problemsOf(absence, input)).toEqual(problems);
});
