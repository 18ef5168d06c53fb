import { expect, test } from '@jest/globals';
import { isAtLeast } from './timescale-extension.js';

test.each([
  ['2.13.0', true],
  ['2.9.3', false],
  ['2.23.1', true],
  ['3.0.0-dev', true],
  ['1.7.5', false],
])('TimescaleDB %s is new enough: %s', (version, expected) => {
  expect(isAtLeast(version, [2, 13])).toBe(expected);
});
