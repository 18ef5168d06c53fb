import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileRule } from './compiled-rule.js';
import { matchesDevice } from './device-glob.js';
import { RuleIndex } from './rule-index.js';
import { parseRule } from './rule.js';

function compiled(id: string, devices: readonly string[], metric = 'm', enabled = true) {
  const params = { operator: '>', threshold: 1 };
  const parsed = parseRule({ id, name: id, enabled, scope: { devices, metric }, kind: 'threshold', params });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compileRule(parsed.rule);
}

test.each([
  ['a', 'a', true],
  ['a', 'ab', false],
  ['*', 'anything', true],
  ['a*', 'a', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abcd', false],
  ['*a*b', 'xaab', true],
  ['a.c', 'abc', false],
  ['**', 'x', true],
])('the pattern %s and the device %s', (pattern, device, matches) => {
  expect(matchesDevice(pattern, device)).toBe(matches);
});

test('a pattern on which a regular expression would not end', () => {
  expect(matchesDevice('*a'.repeat(63), 'a'.repeat(127) + 'b')).toBe(false);
});

test('finds each enabled rule that watches the series once', () => {
  const index = new RuleIndex([
    compiled('exact', ['green-1']),
    compiled('glob', ['green-*', 'green-1', '*']),
    compiled('suffix', ['*-1']),
    compiled('other-metric', ['*'], 'n'),
    compiled('off', ['*'], 'm', false),
  ]);
  const ids = (device: string, metric: string): string[] =>
    index
      .match(device, metric)
      .map(({ rule }) => rule.id)
      .sort();
  expect(ids('green-1', 'm')).toEqual(['exact', 'glob', 'suffix']);
  expect(ids('green-2', 'm')).toEqual(['glob']);
  expect(ids('x', 'n')).toEqual(['other-metric']);
  expect(ids('x', 'unwatched')).toEqual([]);
  expect(index.watches('unwatched')).toBe(false);
  expect([index.size, index.find('off'), index.find('glob')?.rule.id]).toEqual([4, undefined, 'glob']);
});

test('matches what trying every rule would', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 5 });
  const device = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(fc.array(pattern, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
      device,
      (scopes, id) => {
        const rules = scopes.map((devices, place) => compiled(`r${place}`, devices));
        const expected = rules.filter(({ rule }) =>
          rule.scope.devices.some((glob) => matchesDevice(glob, id)),
        );
        expect(new Set(new RuleIndex(rules).match(id, 'm'))).toEqual(new Set(expected));
      },
    ),
  );
});
