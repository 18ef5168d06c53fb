import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TextRuns } from './text-runs.js';

function take(...observations: [timeMs: number, value: string][]) {
  const runs = new TextRuns();
  const outcomes = observations.map(([timeMs, value]) => runs.observe(timeMs, value));
  return { outcomes, rows: runs.all().map((run) => `${run.value}@${run.timeMs}-${run.untilMs}`) };
}

describe('TextRuns', () => {
  test('writes a row per change; repetitions move its end', () => {
    expect(take([1, 'idle'], [2, 'idle'], [3, 'idle'], [4, 'busy'])).toEqual({
      outcomes: ['stored', 'coalesced', 'coalesced', 'stored'],
      rows: ['idle@1-3', 'busy@4-4'],
    });
  });

  test('knows an observation again, inside a run and at either end of it', () => {
    const { outcomes, rows } = take(
      [1, 'idle'],
      [5, 'idle'],
      [1, 'idle'],
      [3, 'idle'],
      [5, 'idle'],
      [1, 'busy'],
      [5, 'busy'],
    );
    expect(outcomes).toEqual(['stored', 'coalesced', ...Array.from({ length: 5 }, () => 'duplicate')]);
    expect(rows).toEqual(['idle@1-5']);
  });

  test('another value inside a run splits it', () => {
    expect(take([1, 'idle'], [5, 'idle'], [3, 'busy'])).toEqual({
      outcomes: ['stored', 'coalesced', 'stored'],
      rows: ['idle@1-1', 'busy@3-3', 'idle@5-5'],
    });
  });

  test('late observations before the first run and between two runs', () => {
    expect(take([10, 'b'], [1, 'a'], [20, 'c'], [15, 'b'], [5, 'c']).rows).toEqual([
      'a@1-1',
      'c@5-5',
      'b@10-15',
      'c@20-20',
    ]);
  });

  test('tells which runs are to be written', () => {
    const runs = new TextRuns([
      { timeMs: 1, value: 'a', untilMs: 2 },
      { timeMs: 5, value: 'b', untilMs: 5 },
    ]);
    runs.observe(1, 'a');
    expect(runs.changed()).toEqual([]);
    runs.observe(7, 'b');
    expect(runs.changed()).toEqual([{ timeMs: 5, value: 'b', untilMs: 7 }]);
  });

  const observations = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom('a', 'b', 'c')), {
    maxLength: 60,
  });

  test('in order of time, the state at any moment is the value observed last', () => {
    fc.assert(
      fc.property(observations, (unordered) => {
        const ordered = unordered.toSorted((a, b) => a[0] - b[0]);
        const runs = new TextRuns();
        for (const [timeMs, value] of ordered) runs.observe(timeMs, value);
        for (let at = 0; at <= 31; at++) {
          const last = ordered.findLast(([timeMs]) => timeMs <= at)?.[0];
          // The first to name a moment wins.
          const expected = ordered.find(([timeMs]) => timeMs === last)?.[1];
          expect(runs.all().findLast((run) => run.timeMs <= at)?.value).toBe(expected);
        }
      }),
    );
  });

  test('in any order: runs never overlap, taking everything in again changes no state that was observed singly', () => {
    fc.assert(
      fc.property(observations, (all) => {
        const runs = new TextRuns();
        for (const [timeMs, value] of all) runs.observe(timeMs, value);
        const rows = runs.all();
        for (const [index, run] of rows.entries()) {
          expect(run.untilMs).toBeGreaterThanOrEqual(run.timeMs);
          const next = rows[index + 1];
          if (next) expect(next.timeMs).toBeGreaterThan(run.untilMs);
          // Each end of a run is something that was observed.
          for (const at of [run.timeMs, run.untilMs])
            expect(all.some(([timeMs, value]) => timeMs === at && value === run.value)).toBe(true);
          expect(runs.observe(run.timeMs, 'other')).toBe('duplicate');
        }
      }),
    );
  });
});
