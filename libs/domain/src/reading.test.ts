import { expect, test } from '@jest/globals';
import { numericOf, type MetricValue } from './reading.js';

const cases: [value: MetricValue, number: number | undefined][] = [
  [21.5, 21.5],
  [0, 0],
  [-1e300, -1e300],
  [true, 1],
  [false, 0],
  ['ON', 1],
  ['off', 0],
  ['True', 1],
  ['FALSE', 0],
  ['online', 1],
  ['Offline', 0],
  ['', undefined],
  ['21.5', undefined],
  ['open', undefined],
  [' on', undefined],
];

test.each(cases)('%j is stored as %j', (value, number) => {
  expect(numericOf(value)).toBe(number);
});
