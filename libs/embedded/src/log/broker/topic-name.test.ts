import { expect, test } from '@jest/globals';
import { collides, topicNameFault } from './topic-name.js';

test.each(['a', 'telemetry.readings', 'A-b_C.9', 'x'.repeat(249), '...'])('%s is a name', (name) => {
  expect(topicNameFault(name)).toBeUndefined();
});

test.each([
  ['', 'empty'],
  ['.', 'not allowed'],
  ['..', 'not allowed'],
  ['x'.repeat(250), 'longer than 249'],
  ['a b', 'other than ASCII'],
  ['a/b', 'other than ASCII'],
  ['größe', 'other than ASCII'],
])('"%s" is not', (name, reason) => {
  expect(topicNameFault(name)).toContain(reason);
});

test.each([
  ['a.b', 'a_b', true],
  ['a.b', 'a.b', false],
  ['a.b', 'a-b', false],
])('%s and %s collide: %s', (one, other, expected) => {
  expect(collides(one, other)).toBe(expected);
});
