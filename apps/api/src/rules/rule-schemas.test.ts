import { expect, test } from '@jest/globals';
import { parseRule } from '@fieldstream/domain';
import { NewRule } from './rule-schemas.js';

const RULE = {
  id: 'greenhouse-hot',
  name: 'Greenhouse too hot',
  scope: { devices: ['greenhouse-*'], metric: 'temperature' },
  kind: 'threshold',
  params: { operator: '>', threshold: 30 },
};

test.each([
  ['the least', RULE, true],
  ['every device', { ...RULE, scope: { metric: 'temperature' } }, true],
  [
    'everything',
    {
      ...RULE,
      enabled: false,
      severity: 'critical',
      forMs: 1,
      clearForMs: 2,
      notify: { webhooks: ['https://example.org/'] },
    },
    true,
  ],
  ['no ID', { ...RULE, id: undefined }, false],
  ['a wrong ID', { ...RULE, id: 'Hot' }, false],
  ['no name', { ...RULE, name: '' }, false],
  ['a long name', { ...RULE, name: 'x'.repeat(201) }, false],
  ['a wrong severity', { ...RULE, severity: 'high' }, false],
  ['no metric', { ...RULE, scope: {} }, false],
  ['no devices', { ...RULE, scope: { devices: [], metric: 'a' } }, false],
  ['an unknown kind', { ...RULE, kind: 'magic' }, false],
  ['a negative duration', { ...RULE, forMs: -1 }, false],
  ['a long duration', { ...RULE, forMs: 30 * 86_400_000 + 1 }, false],
  ['an unknown field', { ...RULE, foo: 1 }, false],
  ['an unknown field of the scope', { ...RULE, scope: { ...RULE.scope, device: 'x' } }, false],
  [
    'too many webhooks',
    { ...RULE, notify: { webhooks: Array.from({ length: 11 }, (_, i) => `https://a.example/${i}`) } },
    false,
  ],
  ['no object', [], false],
])('documentation and domain agree on %s', (_, input, expected) => {
  const json: unknown = JSON.parse(JSON.stringify(input));
  expect(NewRule.safeParse(json).success).toBe(expected);
  expect(parseRule(json).ok).toBe(expected);
});

test('the documented defaults are the domain’s', () => {
  const parsed = parseRule({ ...RULE, scope: { metric: 'temperature' } });
  const documented = NewRule.parse({ ...RULE, scope: { metric: 'temperature' } });
  expect(parsed).toEqual({ ok: true, rule: documented });
});
