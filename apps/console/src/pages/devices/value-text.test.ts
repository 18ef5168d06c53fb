import { expect, test } from '@jest/globals';
import { numberText, valueText } from './value-text.js';

test.each([
  [0, '0'],
  [-0.00012, '-1.20e-4'],
  [0.1234, '0.123'],
  [21.456, '21.46'],
  [-19.78, '-19.78'],
  [231.64, '231.6'],
  [109_509.139, '109,509'],
  [1e18, '1.00e+18'],
])('%f: %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test.each([
  [{ value: 21.5, text: null, unit: 'Cel' }, '21.5 °C'],
  [{ value: 58.5, text: null, unit: '%RH' }, '58.5%'],
  [{ value: 3, text: null, unit: 'bananas' }, '3 bananas'],
  [{ value: 3, text: null, unit: null }, '3'],
  [{ value: 0, text: 'off', unit: null }, 'off'],
  [{ value: null, text: 'open', unit: null }, 'open'],
  [{ value: null, text: null, unit: null }, '–'],
])('%j: %s', (value, text) => {
  expect(valueText(value)).toBe(text);
});
