import { describe, expect, test } from '@jest/globals';
import { parseRule } from './rule.js';

const VALID = {
  id: 'greenhouse-too-hot',
  name: 'Greenhouse too hot',
  scope: { devices: ['greenhouse-*'], metric: 'temperature' },
  kind: 'threshold',
  params: { operator: '>', threshold: 30, clearThreshold: 28 },
};

test('fills in what is left out', () => {
  expect(parseRule(VALID)).toEqual({
    ok: true,
    rule: { ...VALID, enabled: true, severity: 'warning', forMs: 0, clearForMs: 0, notify: { webhooks: [] } },
  });
});

test('what it makes survives JSON and passes again', () => {
  const first = parseRule({ ...VALID, notify: { webhooks: ['https://example.org'] } });
  if (!first.ok) throw new Error('refused');
  expect(first.rule.notify.webhooks).toEqual(['https://example.org/']);
  expect(parseRule(JSON.parse(JSON.stringify(first.rule)))).toEqual(first);
});

describe('refuses, naming the field', () => {
  test.each<[string, object]>([
    ['id', { id: 'Too Hot' }],
    ['id', { id: '' }],
    ['name', { name: ' ' }],
    ['enabled', { enabled: 'yes' }],
    ['severity', { severity: 'fatal' }],
    ['scope', { scope: 'temperature' }],
    ['scope.metric', { scope: { devices: ['a'] } }],
    ['scope.devices', { scope: { devices: [], metric: 'm' } }],
    ['scope.devices[1]', { scope: { devices: ['a', 'b/c'], metric: 'm' } }],
    ['kind', { kind: 'magic' }],
    ['params', { params: 30 }],
    ['params.operator', { params: { operator: '=', threshold: 1 } }],
    ['params.threshold', { params: { operator: '>', threshold: '30' } }],
    ['params.clearThreshold', { params: { operator: '>', threshold: 30, clearThreshold: 31 } }],
    ['params.clearThreshold', { params: { operator: '<=', threshold: 3, clearThreshold: 2 } }],
    ['params.clearTreshold', { params: { operator: '>', threshold: 30, clearTreshold: 28 } }],
    ['forMs', { forMs: -1 }],
    ['forMs', { forMs: 1.5 }],
    ['clearForMs', { clearForMs: '5m' }],
    ['notify.webhooks', { notify: { webhooks: 'https://example.org' } }],
    ['notify.webhooks[0]', { notify: { webhooks: ['ftp://example.org'] } }],
    ['notify.webhooks[0]', { notify: { webhooks: ['https://user:word@example.org'] } }],
    ['fors', { fors: 1 }],
  ])('%s', (field, edit) => {
    const parsed = parseRule({ ...VALID, ...edit });
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.field)).toEqual([field]);
  });
});

test('reports every problem at once', () => {
  const parsed = parseRule({});
  expect(parsed.ok ? [] : parsed.problems.map(({ field }) => field)).toEqual(['id', 'name', 'scope', 'kind']);
  expect(parseRule([]).ok).toBe(false);
});
