import { describe, expect, test } from '@jest/globals';
import { COMPARISON_FIELDS, parseRule, RULE_KINDS } from '@fieldstream/domain';
import { RULE_KIND_GUIDES } from '../../../../api/src/rules/rule-kind-examples.js';
import { formOf, KIND_FORMS, withParam } from './rule-kind-forms.js';

test('every kind has a form', () => {
  expect(KIND_FORMS.map(({ kind }) => kind).sort()).toEqual(RULE_KINDS.map(({ kind }) => kind).sort());
});

test.each(Object.entries(RULE_KIND_GUIDES))(
  'the form of %s has all that its examples have',
  (kind, { examples }) => {
    const form = formOf(kind);
    const known: readonly string[] = [
      ...form.fields.map(({ name }) => name),
      ...(form.comparison === undefined ? [] : COMPARISON_FIELDS),
    ];
    for (const { params } of examples) {
      for (const name of Object.keys(params)) expect(known).toContain(name);
      for (const { name, isShown } of form.fields) {
        if (name in params) expect(isShown?.(params) ?? true).toBe(true);
      }
    }
  },
);

describe('what does not go together goes', () => {
  const isValid = (kind: string, params: object): boolean =>
    parseRule({ id: 'a', name: 'A', kind, params }).ok;

  test('a state that changes has no text', () => {
    const params = withParam(formOf('state'), { operator: '=', value: 'ON' }, 'operator', 'changes');
    expect(params).toEqual({ operator: 'changes' });
    expect(isValid('state', params)).toBe(true);
  });

  test('a silence that is learned has no levels', () => {
    const before = { afterMs: 5_000, levels: [{ severity: 'critical', afterMs: 9_000 }] };
    expect(isValid('absence', before)).toBe(true);
    const params = withParam(formOf('absence'), before, 'afterMs', undefined);
    expect(params).toEqual({});
    expect(isValid('absence', params)).toBe(true);
  });
});

test('a kind that is not known has a form without fields', () => {
  expect(formOf('lunar')).toEqual({ kind: 'lunar', title: 'lunar', fields: [] });
});
