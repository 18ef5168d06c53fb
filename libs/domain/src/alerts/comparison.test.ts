import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isRecord } from './checking.js';
import { clampFinite, type Comparison, compareLevels, describeComparison } from './comparison.js';
import { parseComparison } from './comparison-parsing.js';

function comparisonOf(input: object): Comparison {
  const parsed = isRecord(input) && parseComparison(input, 'params.');
  if (parsed === false || !parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

/** Of each value `breach`, `held` (within the hysteresis) or `clear`. */
function outcomes(input: object, values: readonly number[]): string[] {
  const comparison = comparisonOf(input);
  return values.map((value) => {
    const { breached, held } = compareLevels(comparison, value);
    return breached > 0 ? 'breach' : held > 0 ? 'held' : 'clear';
  });
}

describe('breaches and clears', () => {
  test.each<[object, [number, string][]]>([
    [
      { operator: '>', threshold: 30 },
      [
        [30.5, 'breach'],
        [30, 'clear'],
        [29, 'clear'],
      ],
    ],
    [
      { operator: '>=', threshold: 30 },
      [
        [30, 'breach'],
        [29.5, 'clear'],
      ],
    ],
    [
      { operator: '<', threshold: 3 },
      [
        [2.5, 'breach'],
        [3, 'clear'],
        [4, 'clear'],
      ],
    ],
    [
      { operator: '<=', threshold: 3 },
      [
        [3, 'breach'],
        [3.5, 'clear'],
      ],
    ],
    [
      { operator: '=', threshold: 1 },
      [
        [1, 'breach'],
        [0, 'clear'],
        [2, 'clear'],
      ],
    ],
    [
      { operator: '!=', threshold: 1 },
      [
        [1, 'clear'],
        [0, 'breach'],
        [2, 'breach'],
      ],
    ],
    [
      { operator: 'inside', low: 2, high: 4 },
      [
        [2, 'breach'],
        [4, 'breach'],
        [1, 'clear'],
        [5, 'clear'],
      ],
    ],
    [
      { operator: 'outside', low: 2, high: 4 },
      [
        [2, 'clear'],
        [4, 'clear'],
        [1, 'breach'],
        [5, 'breach'],
      ],
    ],
    [
      { operator: '>', threshold: 30, clearThreshold: 28 },
      [
        [30.5, 'breach'],
        [30, 'held'],
        [28, 'clear'],
      ],
    ],
    [
      { operator: '>=', threshold: 30, clearThreshold: 28 },
      [
        [30, 'breach'],
        [28, 'held'],
        [27.5, 'clear'],
      ],
    ],
    [
      { operator: '<', threshold: 3, clearThreshold: 5 },
      [
        [2.5, 'breach'],
        [3, 'held'],
        [5, 'clear'],
      ],
    ],
    [
      { operator: '<=', threshold: 3, clearThreshold: 5 },
      [
        [3, 'breach'],
        [5, 'held'],
        [5.5, 'clear'],
      ],
    ],
    [
      { operator: 'inside', low: 2, high: 4, clearLow: 1, clearHigh: 6 },
      [
        [3, 'breach'],
        [1, 'held'],
        [6, 'held'],
        [0.5, 'clear'],
        [6.5, 'clear'],
      ],
    ],
    [
      { operator: 'outside', low: 2, high: 8, clearLow: 3, clearHigh: 6 },
      [
        [1, 'breach'],
        [9, 'breach'],
        [2, 'held'],
        [8, 'held'],
        [3, 'clear'],
        [6, 'clear'],
      ],
    ],
  ])('%j', (input, cases) => {
    expect(
      outcomes(
        input,
        cases.map(([value]) => value),
      ),
    ).toEqual(cases.map(([, outcome]) => outcome));
  });

  test('no value does neither, on every level', () => {
    const levels = [{ severity: 'critical', threshold: 40 }];
    const comparison = comparisonOf({ operator: '!=', threshold: 30 });
    expect(compareLevels(comparison, NaN)).toEqual({ breached: 0, held: 1, value: null });
    const ladder = comparisonOf({ operator: '>', threshold: 30, levels });
    expect(compareLevels(ladder, NaN)).toEqual({ breached: 0, held: 2, value: null });
  });
});

describe('levels', () => {
  const over = comparisonOf({
    operator: '>',
    threshold: 30,
    clearThreshold: 28,
    levels: [
      { severity: 'warning', threshold: 40 },
      { severity: 'critical', threshold: 50, clearThreshold: 40 },
    ],
  });
  test.each([
    [28, 0, 0],
    [29, 0, 1],
    [31, 1, 1],
    [40, 1, 1],
    [41, 2, 3],
    [50, 2, 3],
    [51, 3, 3],
  ])('above 30, 40 and 50: %d breaches %d and holds %d', (value, breached, held) => {
    expect(compareLevels(over, value)).toEqual({ breached, held, value });
  });

  const outside = comparisonOf({
    operator: 'outside',
    low: 2,
    high: 8,
    levels: [{ severity: 'critical', low: 0, high: 8 }],
  });
  test.each([
    [1, 1, 1],
    [-1, 2, 2],
    [9, 2, 2],
    [2, 0, 0],
  ])('outside of one range in the other: %d breaches %d and holds %d', (value, breached, held) => {
    expect(compareLevels(outside, value)).toEqual({ breached, held, value });
  });
});

test('what breaches a level breaches and holds those below it', () => {
  const number = fc.integer({ min: -6, max: 6 });
  const limits = fc.record({ threshold: number, clearThreshold: number }, { requiredKeys: ['threshold'] });
  const level = limits.map((of) => ({ severity: 'critical', ...of }));
  const operator = fc.constantFrom('>', '>=', '<', '<=');
  const input = fc.tuple(operator, limits, fc.array(level, { minLength: 1, maxLength: 2 }));
  let taken = 0;
  fc.assert(
    fc.property(input, number, ([name, first, levels], value) => {
      const parsed = parseComparison({ operator: name, ...first, levels }, '');
      if (!parsed.ok) return;
      taken++;
      const { breached, held } = compareLevels(parsed.value, value);
      const each = [first, ...levels].map((of) =>
        compareLevels(comparisonOf({ operator: name, ...plain(of) }), value),
      );
      expect(each.map((one) => one.breached)).toEqual(each.map((_, index) => (index < breached ? 1 : 0)));
      expect(each.map((one) => one.held)).toEqual(each.map((_, index) => (index < held ? 1 : 0)));
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(50);
});

function plain({ threshold, clearThreshold }: { threshold: number; clearThreshold?: number }): object {
  return clearThreshold === undefined ? { threshold } : { threshold, clearThreshold };
}

test.each([
  [{ operator: '>', threshold: 30 }, '> 30', '<= 30'],
  [{ operator: '>=', threshold: 30, clearThreshold: 28 }, '>= 30', '< 28'],
  [{ operator: '=', threshold: 1 }, '= 1', '!= 1'],
  [{ operator: 'inside', low: 1, high: 2, clearHigh: 3 }, 'inside 1 to 2', 'outside 1 to 3'],
  [{ operator: 'outside', low: 1, high: 9, clearLow: 3 }, 'outside 1 to 9', 'inside 3 to 9'],
])('%j in words', (input, breach, clear) => {
  expect(describeComparison(comparisonOf(input), 0)).toEqual({ breach, clear });
});

test('no number is beyond what JSON holds', () => {
  expect([Infinity, -Infinity, 1.5].map(clampFinite)).toEqual([Number.MAX_VALUE, -Number.MAX_VALUE, 1.5]);
});
