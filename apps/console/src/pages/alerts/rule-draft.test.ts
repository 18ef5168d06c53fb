import { describe, expect, test } from '@jest/globals';
import { parseRule } from '@fieldstream/domain';
import { RULE_KIND_GUIDES } from '../../../../api/src/rules/rule-kind-examples.js';
import type { Schema } from '../../client/api.js';
import {
  copyOf,
  draftOf,
  faultAt,
  faultMap,
  faultsOf,
  idOf,
  newDraft,
  ruleOf,
  withKind,
  withSeverity,
} from './rule-draft.js';

const EXAMPLES = Object.entries(RULE_KIND_GUIDES).flatMap(([kind, { examples }]) =>
  examples.map(({ title, params }) => [kind, title, params] as const),
);

describe('a rule, edited and sent', () => {
  test.each(EXAMPLES)('is the same: %s, %s', (kind, _title, params) => {
    const sent = {
      id: 'a-rule',
      name: 'A rule',
      description: 'What to do.',
      enabled: false,
      severity: 'info',
      scope: { devices: ['gh-*', 'attic'], labels: { site: ['north', 'south'] }, metrics: ['*'] },
      kind,
      params,
      forMs: 60_000,
      clearForMs: 0,
      notify: { channels: ['ops'] },
    };
    const stored = { ...sent, provenance: null, revision: 1, createdAt: '', updatedAt: '' } as Schema<'Rule'>;
    expect(ruleOf(draftOf(stored))).toEqual(sent);
    expect(parseRule(sent).ok).toBe(true);
  });

  test('of which nothing is chosen watches everything', () => {
    const draft = { ...newDraft('offline', {}), id: 'a', name: ' Gone ' };
    expect(ruleOf(draft)).toMatchObject({
      name: 'Gone',
      scope: { devices: ['*'], labels: {}, metrics: ['*'] },
    });
    expect(faultsOf(draft)).toEqual(new Map());
  });

  test('leaves out what is left empty', () => {
    const params = {
      operator: '>',
      threshold: 3,
      clearThreshold: undefined,
      levels: [{ severity: 'critical', threshold: 4, clearThreshold: undefined }],
    };
    const sent = ruleOf(newDraft('threshold', params)).params;
    expect(sent).toEqual({ operator: '>', threshold: 3, levels: [{ severity: 'critical', threshold: 4 }] });
    expect(ruleOf(newDraft('threshold', { operator: '>', threshold: 3, levels: [] })).params).toEqual({
      operator: '>',
      threshold: 3,
    });
  });
});

describe('faults', () => {
  test('stand at their fields', () => {
    const draft = {
      ...newDraft('threshold', { operator: '>', clearThreshold: 5 }),
      devices: ['a', 'b/c'],
      forMs: undefined,
    };
    const faults = faultsOf(draft);
    expect([...faults.keys()].sort()).toEqual([
      'forMs',
      'id',
      'name',
      'params.threshold',
      'scope.devices[1]',
    ]);
    expect(faultAt(faults, 'scope.devices')).toMatch(/device ID/);
    expect(faultAt(faults, 'scope.metrics')).toBeUndefined();
    expect(faultAt(faults, 'params.threshold')).toMatch(/finite number/);
  });

  test('of one field: the first', () => {
    const faults = faultMap([
      { field: 'a', fault: 'one' },
      { field: 'a', fault: 'two' },
    ]);
    expect(faults.get('a')).toBe('one');
  });
});

test.each([
  ['Freezer too warm', 'freezer-too-warm'],
  ['  Größe > 30 °C!  ', 'grosse-30-c'],
  ['Épaisseur', 'epaisseur'],
  ['日本', ''],
  ['-x-', 'x'],
  [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
])('the ID of %j', (name, id) => {
  expect(idOf(name.replace('ß', 'ss'))).toBe(id);
});

test('a copy has an ID and a name of its own', () => {
  const draft = { ...newDraft('offline', {}), id: 'gone', name: 'Gone' };
  expect(copyOf(draft)).toMatchObject({ id: 'gone-copy', name: 'Gone (copy)', kind: 'offline' });
});

describe('another severity', () => {
  const draft = newDraft('threshold', {
    operator: '>',
    threshold: 1,
    levels: [{ severity: 'critical', threshold: 2 }],
  });

  test.each([
    ['info', ['critical']],
    ['warning', ['critical']],
    ['critical', []],
  ] as const)('%s leaves the levels %j', (severity, levels) => {
    const changed = withSeverity(draft, severity);
    expect(changed.params['levels'] ?? []).toMatchObject(levels.map((level) => ({ severity: level })));
    expect(faultAt(faultsOf(changed), 'params')).toBeUndefined();
  });
});

describe('another kind', () => {
  test.each(
    EXAMPLES.flatMap(([from, , before]) =>
      EXAMPLES.map(([to, , after]) => [from, to, before, after] as const),
    ),
  )('from %s to %s is valid at once', (from, to, before, after) => {
    const changed = withKind(newDraft(from, before), to, after);
    expect(faultAt(faultsOf(changed), 'params')).toBeUndefined();
  });

  test('keeps the limits', () => {
    const draft = newDraft('threshold', { operator: '<', threshold: 207, clearThreshold: 212 });
    const changed = withKind(draft, 'aggregate', {
      function: 'avg',
      windowMs: 600_000,
      operator: '>',
      threshold: 30,
    });
    expect(changed.params).toEqual({
      function: 'avg',
      windowMs: 600_000,
      operator: '<',
      threshold: 207,
      clearThreshold: 212,
    });
  });
});
