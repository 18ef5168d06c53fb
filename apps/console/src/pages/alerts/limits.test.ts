import { describe, expect, test } from '@jest/globals';
import { COMPARISON_OPERATORS, parseRule } from '@fieldstream/domain';
import { limitLines, nextLevel, withLimit, withOperator, type LimitField, type Params } from './limits.js';

function faultsOf(params: Params): string[] {
  const parsed = parseRule({ id: 'draft', name: 'Draft', severity: 'info', kind: 'threshold', params });
  return parsed.ok ? [] : parsed.problems.map(({ field, fault }) => `${field} ${fault}`);
}

const ABOVE = { operator: '>', threshold: 30, clearThreshold: 28 };
const OUTSIDE = { operator: 'outside', low: 2, high: 8, clearLow: 3, clearHigh: 7 };
const INSIDE = { operator: 'inside', low: 2, high: 8, clearLow: 1, clearHigh: 9 };

describe('moving a limit', () => {
  test.each<[Params, LimitField, number, Params]>([
    [ABOVE, 'threshold', 35, { threshold: 35, clearThreshold: 33 }],
    [{ operator: '>', threshold: 30 }, 'threshold', 35, { threshold: 35 }],
    [ABOVE, 'clearThreshold', 25, { clearThreshold: 25 }],
    [ABOVE, 'clearThreshold', 31, { clearThreshold: 30 }],
    [{ operator: '<', threshold: 5, clearThreshold: 6 }, 'clearThreshold', 1, { clearThreshold: 5 }],
    [OUTSIDE, 'low', 4, { low: 4, clearLow: 5 }],
    [OUTSIDE, 'low', 9, { low: 8, clearLow: 8, clearHigh: 8 }],
    [OUTSIDE, 'clearLow', 1, { clearLow: 2 }],
    [OUTSIDE, 'clearHigh', 1, { clearHigh: 3 }],
    [INSIDE, 'clearLow', 5, { clearLow: 2 }],
    [INSIDE, 'clearHigh', 5, { clearHigh: 8 }],
    [INSIDE, 'high', 1, { high: 2, clearHigh: 3 }],
  ])('%j: %s to %d', (params, field, value, change) => {
    const changed = withLimit(params, { level: 0, field }, value);
    expect(changed).toEqual({ ...params, ...change });
    expect(faultsOf(changed)).toEqual([]);
  });

  test('of a higher level leaves the others', () => {
    const params = { ...ABOVE, levels: [{ severity: 'critical', threshold: 40, clearThreshold: 38 }] };
    expect(withLimit(params, { level: 1, field: 'threshold' }, 45)).toEqual({
      ...ABOVE,
      levels: [{ severity: 'critical', threshold: 45, clearThreshold: 43 }],
    });
  });

  test('leaves no crumbs of binary fractions', () => {
    const changed = withLimit(
      { operator: '>', threshold: 0.3, clearThreshold: 0.1 },
      { level: 0, field: 'threshold' },
      0.7,
    );
    expect(changed['clearThreshold']).toBe(0.5);
  });
});

describe('another operator', () => {
  test.each(COMPARISON_OPERATORS.flatMap((from) => COMPARISON_OPERATORS.map((to) => [from, to] as const)))(
    'from %s to %s is valid at once',
    (from, to) => {
      const start = withOperator({ operator: '>', threshold: 30 }, from);
      expect(faultsOf(start)).toEqual([]);
      expect(faultsOf(withOperator(start, to))).toEqual([]);
    },
  );

  test('keeps the limit that clears on the calm side only', () => {
    expect(withOperator(ABOVE, '>=')).toEqual({ ...ABOVE, operator: '>=' });
    expect(withOperator(ABOVE, '<')).toEqual({ operator: '<', threshold: 30 });
  });

  test('keeps what is not of the comparison, and levels of a count', () => {
    const params = { ...ABOVE, times: 3, withinMs: 1000, levels: [{ severity: 'critical', times: 10 }] };
    expect(withOperator(params, 'outside')).toMatchObject({ times: 3, levels: params.levels });
  });
});

describe('a further level', () => {
  test.each<Params>([ABOVE, { operator: '<', threshold: -5 }, { operator: '<=', threshold: 0 }, OUTSIDE])(
    'of %j lies beyond the first',
    (params) => {
      const level = nextLevel(params, 'info');
      expect(faultsOf({ ...params, levels: [level] })).toEqual([]);
      const second = nextLevel({ ...params, levels: [{ ...level, severity: 'warning' }] }, 'info');
      expect(second?.['severity']).toBe('critical');
    },
  );

  test('is not there beyond the most severe, nor where nothing lies beyond', () => {
    expect(nextLevel(ABOVE, 'critical')).toBeUndefined();
    expect(nextLevel(INSIDE, 'info')).toBeUndefined();
    expect(nextLevel({ operator: '=', threshold: 1 }, 'info')).toBeUndefined();
  });
});

test('lines say on which side they fire and clear', () => {
  const labels = (params: Params): string[] => limitLines(params, 'warning').map(({ label }) => label);
  expect(labels(ABOVE)).toEqual(['Warning above', 'Clears below']);
  expect(labels({ operator: '<=', threshold: 1, clearThreshold: 2 })).toEqual([
    'Warning below',
    'Clears above',
  ]);
  expect(labels(OUTSIDE)).toEqual(['Warning below', 'Warning above', 'Clears above', 'Clears below']);
  expect(labels(INSIDE)).toEqual(['Warning above', 'Warning below', 'Clears below', 'Clears above']);
  expect(labels({ ...ABOVE, levels: [{ severity: 'critical', threshold: 40 }] })).toEqual([
    'Warning above',
    'Clears below',
    'Critical above',
  ]);
  expect(labels({ operator: '>', threshold: undefined })).toEqual([]);
});
