import { describe, expect, test } from '@jest/globals';
import { parseRule } from './rule.js';

const VALID = {
  id: 'greenhouse-too-hot',
  name: 'Greenhouse too hot',
  scope: { devices: ['greenhouse-*'], labels: { site: ['north'] }, metrics: ['temperature'] },
  kind: 'threshold',
  params: { operator: '>', threshold: 30, clearThreshold: 28 },
};

test('fills in what is left out', () => {
  expect(parseRule(VALID)).toEqual({
    ok: true,
    rule: {
      ...VALID,
      description: '',
      enabled: true,
      severity: 'warning',
      forMs: 0,
      clearForMs: 0,
      notify: { channels: [] },
    },
  });
});

test('what it makes survives JSON and passes again', () => {
  const first = parseRule({
    ...VALID,
    description: 'Open the vents.',
    scope: { devices: ['a', 'a'], labels: { site: 'north' } },
    notify: { channels: ['ops-mail', 'ops-mail'] },
  });
  if (!first.ok) throw new Error(JSON.stringify(first.problems));
  expect(first.rule.scope).toEqual({ devices: ['a'], labels: { site: ['north'] }, metrics: ['*'] });
  expect(first.rule.notify).toEqual({ channels: ['ops-mail'] });
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
    ['scope.metric', { scope: { devices: ['a'], metric: 'm' } }],
    ['scope.metrics', { scope: { metrics: 'temperature' } }],
    ['scope.metrics', { scope: { metrics: [] } }],
    ['scope.metrics[0]', { scope: { metrics: [''] } }],
    ['scope.devices', { scope: { devices: [] } }],
    ['scope.devices[1]', { scope: { devices: ['a', 'b/c'] } }],
    ['scope.labels', { scope: { labels: ['north'] } }],
    ['scope.labels.site', { scope: { labels: { site: [] } } }],
    ['scope.labels.site', { scope: { labels: { site: [1] } } }],
    ['description', { description: 5 }],
    ['description', { description: 'x'.repeat(2001) }],
    ['kind', { kind: 'magic' }],
    ['params', { params: 30 }],
    ['params.operator', { params: { operator: '==', threshold: 1 } }],
    ['params.threshold', { params: { operator: '>', threshold: '30' } }],
    ['params.clearThreshold', { params: { operator: '>', threshold: 30, clearThreshold: 31 } }],
    ['params.clearThreshold', { params: { operator: '<=', threshold: 3, clearThreshold: 2 } }],
    ['params.clearTreshold', { params: { operator: '>', threshold: 30, clearTreshold: 28 } }],
    ['forMs', { forMs: -1 }],
    ['forMs', { forMs: 1.5 }],
    ['clearForMs', { clearForMs: '5m' }],
    ['notify', { notify: 'ops-mail' }],
    ['notify.webhooks', { notify: { webhooks: ['https://example.org'] } }],
    ['notify.channels', { notify: { channels: 'ops-mail' } }],
    ['notify.channels[1]', { notify: { channels: ['ops-mail', 'Ops mail'] } }],
    [
      'params.levels[0].severity',
      { params: { operator: '>', threshold: 30, levels: [{ severity: 'warning', threshold: 40 }] } },
    ],
    ['fors', { fors: 1 }],
  ])('%s', (field, edit) => {
    const parsed = parseRule({ ...VALID, ...edit });
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.field)).toEqual([field]);
  });
});

test('reports every problem at once', () => {
  const parsed = parseRule({});
  expect(parsed.ok ? [] : parsed.problems.map(({ field }) => field)).toEqual(['id', 'name', 'kind']);
  expect(parseRule([]).ok).toBe(false);
});
