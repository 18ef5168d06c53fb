import { describe, expect, test } from '@jest/globals';
import { agoText, durationText, parseDurationText, spanText } from './duration-text.js';

describe('a typed duration', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['5m', 300_000],
    ['5 min', 300_000],
    ['1h30m', 5_400_000],
    ['1H 30M', 5_400_000],
    ['1.5h', 5_400_000],
    ['90 s', 90_000],
    ['250ms', 250],
    ['2d', 172_800_000],
  ])('%s', (text, ms) => {
    expect(parseDurationText(text)).toBe(ms);
  });

  test.each(['', '5', 'm', '5 parsecs', '5m ago', '-5m', '1e3s', '0.0001ms', '5constructor'])(
    'is not %j',
    (text) => {
      expect(parseDurationText(text)).toBeUndefined();
    },
  );

  test.each([0, 1, 999, 1_000, 61_000, 5_400_000, 90_061_001, 30 * 86_400_000])(
    'reads back what is shown for %d ms',
    (ms) => {
      expect(parseDurationText(durationText(ms))).toBe(ms);
    },
  );
});

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [187_200_000, '2 d 4 h'],
])('%d ms lasted %s', (ms, text) => {
  expect(spanText(ms)).toBe(text);
});

test.each([
  [0, 'just now'],
  [12_000, '12 s ago'],
  [200_000, '3 min ago'],
  [187_200_000, '2 d ago'],
])('%d ms ago is %s', (ms, text) => {
  expect(agoText(ms)).toBe(text);
});
