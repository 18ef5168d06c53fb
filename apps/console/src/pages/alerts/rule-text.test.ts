import { expect, test } from '@jest/globals';
import { conditionText, scopeText, severitiesOf } from './rule-text.js';

test.each([
  ['threshold', { operator: '>', threshold: 30, clearThreshold: 28 }, 300_000, '> 30 for 5 min'],
  [
    'aggregate',
    { function: 'avg', windowMs: 600_000, operator: '<', threshold: 1 },
    0,
    'mean over 10 min < 1',
  ],
  ['threshold', { operator: 'outside', low: 2, high: 8 }, 0, 'outside 2 to 8'],
  ['threshold', { operator: 'askew' }, 1_000, 'Threshold for 1 s'],
  ['lunar', {}, 0, 'lunar'],
] as const)('%s %j', (kind, params, forMs, text) => {
  expect(conditionText({ kind: kind as 'threshold', params, forMs })).toBe(text);
});

test.each([
  [{}, 'any metric of all devices'],
  [{ devices: ['gh-*', 'attic'], metrics: ['t'] }, 't of gh-*, attic'],
  [{ labels: { site: ['a', 'b'] } }, 'any metric of all devices with site=a|b'],
])('%j', (scope, text) => {
  const whole = { devices: ['*'], metrics: ['*'], labels: {}, ...scope };
  expect(scopeText({ kind: 'threshold', scope: whole })).toBe(text);
});

test('rules over connections have no metrics', () => {
  const scope = { devices: ['*'], metrics: ['*'], labels: {} };
  expect(scopeText({ kind: 'offline', scope })).toBe('all devices');
});

test('all severities that a rule can reach', () => {
  const params = { operator: '>', threshold: 1, levels: [{ severity: 'critical', threshold: 2 }] };
  expect(severitiesOf({ severity: 'info', kind: 'threshold', params })).toEqual(['info', 'critical']);
  expect(severitiesOf({ severity: 'info', kind: 'threshold', params: {} })).toEqual(['info']);
});
