import { expect, test } from '@jest/globals';
import { parseDurationText } from './duration-text.js';

test.each([
  ['0s', 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['1.1s', 1_100],
  ['5m', 300_000],
  ['90m', 5_400_000],
  ['1.5h', 5_400_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['1d12h', 129_600_000],
  ['1m500ms', 60_500],
])('%s is %d ms', (text, durationMs) => {
  expect(parseDurationText(text)).toBe(durationMs);
});

test.each([
  ['', 'nothing'],
  ['5', 'no unit'],
  ['m', 'no number'],
  ['5 m', 'a space'],
  ['-5m', 'a sign'],
  ['5min', 'an unknown unit'],
  ['5M', 'a capital unit'],
  ['30m1h', 'the smaller unit first'],
  ['5m5m', 'a unit twice'],
  ['0.5ms', 'a part of a millisecond'],
  ['1.23456s', 'a part of a millisecond'],
  ['99999999999999d', 'more than numbers hold exactly'],
  ['PT5M', 'ISO 8601'],
  ['٣m', 'digits of another script'],
])('%j is no duration: %s', (text) => {
  expect(parseDurationText(text)).toBeUndefined();
});
