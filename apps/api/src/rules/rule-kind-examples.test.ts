import { expect, test } from '@jest/globals';
import { parseRule, RULE_KINDS } from '@fieldstream/domain';
import { RULE_KIND_GUIDES } from './rule-kind-examples.js';

test('every kind has examples, and nothing else has', () => {
  expect(Object.keys(RULE_KIND_GUIDES).sort()).toEqual(RULE_KINDS.map(({ kind }) => kind).sort());
  expect(Object.values(RULE_KIND_GUIDES).every(({ examples }) => examples.length > 0)).toBe(true);
});

test.each(
  Object.entries(RULE_KIND_GUIDES).flatMap(([kind, { examples }]) =>
    examples.map(({ title, params }) => [kind, title, params] as const),
  ),
)('%s: “%s” makes a rule', (kind, _, params) => {
  const parsed = parseRule({ id: 'example', name: 'Example', kind, params, severity: 'warning' });
  expect(parsed).toMatchObject({ ok: true, rule: { kind, params } });
});
