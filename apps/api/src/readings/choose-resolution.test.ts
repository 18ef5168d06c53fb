import { expect, test } from '@jest/globals';
import { chooseResolution } from './choose-resolution.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 31);

test.each([
  ['an hour', HOUR, 0, undefined, true, 'raw'],
  ['6 hours', 6 * HOUR, 0, undefined, true, 'raw'],
  ['a day', DAY, 0, undefined, true, '1m'],
  ['30 days', 30 * DAY, 0, undefined, true, '1h'],
  ['a year', 365 * DAY, 0, undefined, true, '1d'],
  ['an hour within retention', HOUR, 5 * DAY, 7, true, 'raw'],
  ['an hour past retention', HOUR, 8 * DAY, 7, true, '1m'],
  ['a year past retention', 365 * DAY, 8 * DAY, 7, true, '1d'],
  ['a year of texts', 365 * DAY, 0, 7, false, 'raw'],
] as const)('%s', (_, spanMs, agoMs, rawRetentionDays, hasNumbers, expected) => {
  const toMs = NOW - agoMs;
  const question = { fromMs: toMs - spanMs, toMs, nowMs: NOW, rawRetentionDays, hasNumbers };
  expect(chooseResolution(question)).toBe(expected);
});
