import { expect, test } from '@jest/globals';
import { parseTime } from './parse-time.js';

const NOON = Date.UTC(2026, 0, 31, 12);

test.each([
  ['2026-01-31T12:00:00Z', NOON],
  ['2026-01-31t12:00:00z', NOON],
  ['2026-01-31T12:00', NOON],
  ['2026-01-31T12:00:00', NOON],
  ['2026-01-31T12:00:00.250Z', NOON + 250],
  ['2026-01-31T14:00:00+02:00', NOON],
  // "+" that was not escaped in the query
  ['2026-01-31T14:00:00 02:00', NOON],
  ['2026-01-31', Date.UTC(2026, 0, 31)],
  [String(NOON), NOON],
  [String(NOON / 1000), NOON],
  ['1769860800.25', NOON + 250],
  ['0', 0],
  ['-86400', -86_400_000],
  ['0001-01-01', -62_135_596_800_000],
])('%s is a time', (text, expected) => {
  expect(parseTime(text)).toBe(expected);
});

test.each([
  '',
  'now',
  '-1h',
  '2026-13-01',
  '2026-01-31T25:00',
  '2026-01-31 12:00',
  'NaN',
  '1e12',
  '0x10',
  '999999999999999',
  '0000-01-01',
  '+002026-01-31',
])('%j is none', (text) => {
  expect(parseTime(text)).toBeUndefined();
});
