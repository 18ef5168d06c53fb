import { expect, test } from '@jest/globals';
import { parseRule } from '@fieldstream/domain';
import { NewRule } from './rule-schemas.js';

const RULE = {
  id: 'greenhouse-hot',
  name: 'Greenhouse too hot',
  scope: { devices: ['greenhouse-*'], metrics: ['temperature'] },
  kind: 'threshold',
  params: { operator: '>', threshold: 30 },
};

test.each([
  ['the least', RULE, true],
  ['every device', { ...RULE, scope: { metrics: ['temperature'] } }, true],
  ['everything there is', { ...RULE, scope: undefined }, true],
  ['labels', { ...RULE, scope: { labels: { site: 'north', floor: ['1', '2'] } } }, true],
  [
    'everything',
    {
      ...RULE,
      enabled: false,
      severity: 'critical',
      forMs: 1,
      clearForMs: 2,
      description: 'Check the vents',
      notify: { channels: ['ops-mail'] },
    },
    true,
  ],
  ['no ID', { ...RULE, id: undefined }, false],
  ['a wrong ID', { ...RULE, id: 'Hot' }, false],
  ['no name', { ...RULE, name: '' }, false],
  ['a long name', { ...RULE, name: 'x'.repeat(201) }, false],
  ['a wrong severity', { ...RULE, severity: 'high' }, false],
  ['a long description', { ...RULE, description: 'x'.repeat(2001) }, false],
  ['no metrics', { ...RULE, scope: { metrics: [] } }, false],
  ['no devices', { ...RULE, scope: { devices: [], metrics: ['a'] } }, false],
  ['no values of a label', { ...RULE, scope: { labels: { site: [] } } }, false],
  ['a number as label', { ...RULE, scope: { labels: { site: 5 } } }, false],
  [
    'too many labels',
    { ...RULE, scope: { labels: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`l${n}`, 'x'])) } },
    false,
  ],
  ['an unknown kind', { ...RULE, kind: 'magic' }, false],
  ['a negative duration', { ...RULE, forMs: -1 }, false],
  ['a long duration', { ...RULE, forMs: 30 * 86_400_000 + 1 }, false],
  ['an unknown field', { ...RULE, foo: 1 }, false],
  ['an unknown field of the scope', { ...RULE, scope: { ...RULE.scope, device: 'x' } }, false],
  [
    'too many channels',
    { ...RULE, notify: { channels: Array.from({ length: 21 }, (_, n) => `channel-${n}`) } },
    false,
  ],
  ['an odd channel', { ...RULE, notify: { channels: ['Ops Mail'] } }, false],
  ['no object', [], false],
])('documentation and domain agree on %s', (_, input, expected) => {
  const json: unknown = JSON.parse(JSON.stringify(input));
  expect(NewRule.safeParse(json).success).toBe(expected);
  expect(parseRule(json).ok).toBe(expected);
});

test('the documented defaults are the domain’s', () => {
  const { scope: _, ...rule } = RULE;
  expect(parseRule(rule)).toEqual({ ok: true, rule: NewRule.parse(rule) });
  const labelled = { ...RULE, scope: { labels: { site: 'north' } } };
  expect(parseRule(labelled)).toEqual({ ok: true, rule: NewRule.parse(labelled) });
});
