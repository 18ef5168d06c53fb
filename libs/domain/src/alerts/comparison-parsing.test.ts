import { describe, expect, test } from '@jest/globals';
import { isRecord } from './checking.js';
import { parseComparison } from './comparison-parsing.js';

describe('refuses, naming the field and what would be valid', () => {
  const over = { operator: '>', threshold: 30 };
  const level = { severity: 'critical', threshold: 40 };
  test.each<[string, object]>([
    ['operator: must be one of > >= < <= = != inside outside', {}],
    ['operator: must be one of > >= < <= = != inside outside', { operator: '≥', threshold: 1 }],
    ['threshold: must be a finite number, e.g. 30', { operator: '>' }],
    ['threshold: must be a finite number, e.g. 30', { operator: '=', threshold: '1' }],
    ['threshold: must be a finite number, e.g. 30', { operator: '<', threshold: Infinity }],
    ['clearThreshold: must be a finite number, or left out', { ...over, clearThreshold: null }],
    [
      'clearThreshold: must be at most the threshold (30), because the operator is >',
      { ...over, clearThreshold: 31 },
    ],
    [
      'clearThreshold: must be at least the threshold (3), because the operator is <=',
      { operator: '<=', threshold: 3, clearThreshold: 2 },
    ],
    [
      'clearThreshold: does not go with the operator =, which takes threshold',
      { operator: '=', threshold: 3, clearThreshold: 2 },
    ],
    ['low: does not go with the operator >, which takes threshold, clearThreshold', { ...over, low: 1 }],
    [
      'threshold: does not go with the operator inside, which takes low, high, clearLow, clearHigh',
      { operator: 'inside', threshold: 1, low: 1, high: 2 },
    ],
    ['high: must be a finite number, e.g. 30', { operator: 'inside', low: 1 }],
    ['high: must be at least low (5)', { operator: 'inside', low: 5, high: 1 }],
    [
      'clearLow: must be at most low (2), because the operator is inside',
      { operator: 'inside', low: 2, high: 4, clearLow: 3 },
    ],
    [
      'clearHigh: must be at least high (4), because the operator is inside',
      { operator: 'inside', low: 2, high: 4, clearHigh: 3 },
    ],
    [
      'clearLow: must be at least low (2), because the operator is outside',
      { operator: 'outside', low: 2, high: 4, clearLow: 1 },
    ],
    [
      'clearHigh: must be at most high (4), because the operator is outside',
      { operator: 'outside', low: 2, high: 4, clearHigh: 5 },
    ],
    [
      'clearHigh: must be at least clearLow (3.5)',
      { operator: 'outside', low: 2, high: 4, clearLow: 3.5, clearHigh: 3 },
    ],
    [
      'levels: do not go with the operator =: nothing lies beyond it',
      { operator: '=', threshold: 1, levels: [level] },
    ],
    [
      'levels: must be a list of 1 to 2 levels above the first, e.g. [{"severity": "critical", "threshold": 40}]',
      { ...over, levels: [] },
    ],
    [
      'levels[0]: must be an object, e.g. {"severity": "critical", "threshold": 40}',
      { ...over, levels: [40] },
    ],
    ['levels[0].severity: must be one of info, warning, critical', { ...over, levels: [{ threshold: 40 }] }],
    [
      'levels[0].threshold: must be a finite number, e.g. 30',
      { ...over, levels: [{ severity: 'critical' }] },
    ],
    [
      'levels[0].forMs: is not known here; known are severity, threshold, clearThreshold',
      { ...over, levels: [{ ...level, forMs: 1 }] },
    ],
    [
      'levels[0]: must lie beyond the level before it, its clearing limit included',
      { ...over, levels: [{ ...level, threshold: 30 }] },
    ],
    [
      'levels[1]: must lie beyond the level before it, its clearing limit included',
      { ...over, levels: [level, { ...level, threshold: 50, clearThreshold: 39 }] },
    ],
    [
      'levels[0]: must lie beyond the level before it, its clearing limit included',
      { operator: 'outside', low: 2, high: 4, levels: [{ severity: 'critical', low: 3, high: 5 }] },
    ],
  ])('%s', (problem, input) => {
    const parsed = isRecord(input) ? parseComparison(input, '') : undefined;
    const problems = parsed === undefined || parsed.ok ? [] : parsed.problems;
    expect(problems.map(({ field, fault }) => `${field}: ${fault}`)).toEqual([problem]);
  });
});
