import { expect, test } from '@jest/globals';
import { matchesGlob } from './glob.js';

test.each([
  ['a', 'a', true],
  ['a', 'ab', false],
  ['*', 'anything', true],
  ['*', '', true],
  ['a*', 'a', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abcd', false],
  ['*a*b', 'xaab', true],
  ['a.c', 'abc', false],
  ['**', 'x', true],
  ['A', 'a', false],
])('the pattern %s and the text %s', (pattern, text, matches) => {
  expect(matchesGlob(pattern, text)).toBe(matches);
});

test('a pattern on which a regular expression would not end', () => {
  expect(matchesGlob('*a'.repeat(63), `${'a'.repeat(127)}b`)).toBe(false);
});
