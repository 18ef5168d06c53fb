import { expect, test } from '@jest/globals';
import { parseBenchOptions, UsageError } from './options.js';

const KNOWN = ['one', 'two'];

test('everything, 20 s each, by default; 5 s when quick', () => {
  expect(parseBenchOptions([], KNOWN)).toEqual({ scenarios: KNOWN, seconds: 20, quick: false, profile: [] });
  expect(parseBenchOptions(['--quick'], KNOWN)).toMatchObject({ seconds: 5, quick: true });
  expect(parseBenchOptions(['--quick', '--seconds', '9'], KNOWN)).toMatchObject({ seconds: 9 });
});

test('scenarios and profiled services by name', () => {
  expect(parseBenchOptions(['--scenario', 'two', '--profile', 'bridge,alerter'], KNOWN)).toMatchObject({
    scenarios: ['two'],
    profile: ['bridge', 'alerter'],
  });
});

test.each([
  [['--scenario', 'three'], '--scenario "three" is none of one, two'],
  [['--profile', 'api'], '--profile "api" is none of'],
  [['--seconds', '0'], '--seconds'],
  [['--seconds', 'x'], '--seconds'],
  [['--fast'], '--fast'],
])('%j is wrong usage', (argv, message) => {
  expect(() => parseBenchOptions(argv, KNOWN)).toThrow(UsageError);
  expect(() => parseBenchOptions(argv, KNOWN)).toThrow(message);
});

test('--help', () => {
  expect(parseBenchOptions(['--help'], KNOWN)).toBe('help');
});
