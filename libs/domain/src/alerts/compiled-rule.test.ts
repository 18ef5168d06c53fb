import { describe, expect, test } from '@jest/globals';
import { compileRule, summarise } from './compiled-rule.js';
import { parseRule, type Rule } from './rule.js';

const HOT = {
  id: 'hot',
  name: 'Hot',
  scope: { metrics: ['temperature'] },
  kind: 'threshold',
  params: { operator: '>', threshold: 30, clearThreshold: 28 },
};

function ruleOf(edit: Partial<Record<keyof Rule, unknown>> = {}): Rule {
  const parsed = parseRule({ ...HOT, ...edit });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
}

test('editing name, description, severity, scope or receivers keeps the condition; anything else changes it', () => {
  const conditionOf = (edit: Partial<Record<keyof Rule, unknown>>): string =>
    compileRule(ruleOf(edit)).condition;
  const condition = conditionOf({});
  const edits = { name: 'Warm', description: 'x', severity: 'info', notify: { channels: ['mail'] } };
  expect(conditionOf({ ...edits, scope: { devices: ['a'] } })).toBe(condition);
  expect(conditionOf({ params: { clearThreshold: 28, threshold: 30, operator: '>' } })).toBe(condition);
  expect(conditionOf({ params: { operator: '>', threshold: 31 } })).not.toBe(condition);
  expect(conditionOf({ forMs: 1 })).not.toBe(condition);
  expect(conditionOf({ clearForMs: 1 })).not.toBe(condition);
});

test('a rule that has not been checked is refused', () => {
  expect(() => compileRule({ ...ruleOf(), kind: 'magic' })).toThrow('rule hot is of the unknown kind magic');
});

test.each([
  [{}, false],
  [{ kind: 'absence', params: {} }, false],
  [{ kind: 'absence', params: { per: 'device' } }, true],
  [{ kind: 'offline', params: {} }, true],
])('of %j, observations of one moment count: %s', (edit, takesTies) => {
  expect(compileRule(ruleOf(edit)).terms.takesTies).toBe(takesTies);
});

test('severities are those of the rule and of its levels', () => {
  const levels = [{ severity: 'critical', threshold: 40 }];
  const params = { operator: '>', threshold: 30, levels };
  expect(compileRule(ruleOf({ params })).severities).toEqual(['warning', 'critical']);
});

describe('a sentence says', () => {
  const fired = { transition: 'firing', level: 1, fromLevel: 0, atMs: 0 } as const;
  const resolved = { transition: 'resolved', level: 0, fromLevel: 1, atMs: 0 } as const;
  const series = { deviceId: 'gh-1', metric: 'temperature' };
  const device = { deviceId: 'gh-1', metric: '' };
  const ladder = { operator: '>', threshold: 30, levels: [{ severity: 'critical', threshold: 40 }] };
  const over = { windowMs: 600_000, operator: '>', threshold: 30 };
  test.each<[string, Partial<Record<keyof Rule, unknown>>, Parameters<typeof summarise>[1], object]>([
    ['Hot: temperature of gh-1 is 31.5 (> 30)', {}, series, { ...fired, value: 31.5 }],
    ['Hot: temperature of gh-1 is 31 (> 30 for 5 min)', { forMs: 300_000 }, series, { ...fired, value: 31 }],
    [
      'Hot: temperature of gh-1 is 27, resolved (<= 28 for 90 s); the alert was for > 30',
      { clearForMs: 90_000 },
      series,
      { ...resolved, value: 27 },
    ],
    [
      'Hot: temperature of gh-1 is 41 (> 40)',
      { params: ladder },
      series,
      { transition: 'severity', level: 2, fromLevel: 1, atMs: 0, value: 41 },
    ],
    [
      'Hot: temperature of gh-1 is 40, less severe now (<= 40)',
      { params: ladder },
      series,
      { transition: 'severity', level: 1, fromLevel: 2, atMs: 0, value: 40 },
    ],
    [
      'Hot: temperature of gh-1 is 20, resolved (<= 30); the alert was for > 30',
      { params: ladder },
      series,
      { transition: 'resolved', level: 0, fromLevel: 2, atMs: 0, value: 20 },
    ],
    [
      'Hot: mean over 10 min of temperature of gh-1 is 31.3333333 (> 30)',
      { kind: 'aggregate', params: { ...over, function: 'avg' } },
      series,
      { ...fired, value: 94 / 3 },
    ],
    [
      'Hot: change per min of temperature of gh-1 is 6 (> 5)',
      { kind: 'rate', params: { operator: '>', threshold: 5 } },
      series,
      { ...fired, value: 6 },
    ],
    [
      'Hot: change per 15 min over 1 h of temperature of gh-1 is 6 (> 5)',
      { kind: 'rate', params: { operator: '>', threshold: 5, perMs: 900_000, windowMs: 3_600_000 } },
      series,
      { ...fired, value: 6 },
    ],
    [
      'Hot: number of times that temperature of gh-1 came to be > 30 is 3 (at least 3 times within 10 min)',
      { kind: 'repeating', params: { operator: '>', threshold: 30, times: 3, withinMs: 600_000 } },
      series,
      { ...fired, value: 3 },
    ],
    [
      'Hot: temperature of gh-1: no data for 5 min',
      { kind: 'absence', params: { afterMs: 300_000 } },
      series,
      { ...fired, value: null },
    ],
    [
      'Hot: gh-1: no data for 3 times as long as usual',
      { kind: 'absence', params: { per: 'device' } },
      device,
      { ...fired, value: null },
    ],
    [
      'Hot: gh-1, resolved (data again); the alert was for no data for 5 min',
      { kind: 'absence', params: { per: 'device', afterMs: 300_000 } },
      device,
      { ...resolved, value: null },
    ],
    [
      'Hot: gh-1 is offline (disconnected for 1 min)',
      { kind: 'offline', params: {}, forMs: 60_000 },
      device,
      { ...fired, value: null, text: 'offline' },
    ],
    [
      `Hot: temperature of gh-1 is ${'x'.repeat(100)}… (changed)`,
      { kind: 'state', params: { operator: 'changes' } },
      series,
      { ...fired, value: null, text: 'x'.repeat(4096) },
    ],
  ])('%s', (sentence, edit, subject, transition) => {
    const told = transition as Parameters<typeof summarise>[2];
    expect(summarise(ruleOf(edit), subject, told)).toBe(sentence);
  });
});
