import { expect, test } from '@jest/globals';
import { formatDuration, formatUnit } from './duration.js';

test.each([
  [0, '0 s', '0 s'],
  [250, '250 ms', '250 ms'],
  [1000, '1 s', 's'],
  [90_000, '90 s', '90 s'],
  [60_000, '1 min', 'min'],
  [600_000, '10 min', '10 min'],
  [3_600_000, '1 h', 'h'],
  [172_800_000, '2 d', '2 d'],
])('%d ms is %s, and counted per %s', (durationMs, duration, unit) => {
  expect([formatDuration(durationMs), formatUnit(durationMs)]).toEqual([duration, unit]);
});
