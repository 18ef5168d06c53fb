import { expect, test } from '@jest/globals';
import { ReportingRhythm } from './reporting-rhythm.js';

test.each<[string, number[], number | undefined]>([
  ['too few reports', [0, 10_000, 20_000], undefined],
  ['a steady rhythm', [0, 10_000, 20_000, 30_000], 10_000],
  ['metrics one by one', [0, 5, 900, 10_000, 10_100, 20_000, 20_999, 30_000], 10_000],
  ['one pause', [0, 10_000, 20_000, 500_000, 510_000], 10_000],
  ['of an even number the greater one of the middle', [0, 1_000, 2_000, 12_000, 22_000], 10_000],
  ['only the newest count', [0, 1_000, 2_000, 3_000, 4_000, 14_000, 24_000, 34_000], 10_000],
  ['a time that lies back', [10_000, 20_000, 5_000, 30_000, 40_000], 10_000],
])('%s', (_, times, usualMs) => {
  const rhythm = new ReportingRhythm();
  for (const time of times) rhythm.observe(time);
  expect(rhythm.usualMs).toBe(usualMs);
});
