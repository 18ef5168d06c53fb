import { expect, test } from '@jest/globals';
import { Histogram } from './histogram.js';

test('percentiles are within 3 % over seven orders of magnitude', () => {
  for (const scale of [0.001, 0.1, 1, 37, 1_000, 4_000]) {
    const histogram = new Histogram();
    for (let i = 1; i <= 1_000; i++) histogram.record(i * scale);
    for (const percent of [1, 50, 90, 99, 99.9, 100]) {
      const exact = Math.ceil(percent * 10) * scale;
      const error = Math.abs(histogram.percentile(percent) - exact) / exact;
      expect(error).toBeLessThanOrEqual(0.032);
    }
  }
});

test('minimum, maximum and mean are exact', () => {
  const histogram = new Histogram();
  for (const ms of [5.5, 0.25, 12.25]) histogram.record(ms);
  expect(histogram).toMatchObject({ count: 3, minMs: 0.25, maxMs: 12.25, meanMs: 6 });
  expect(histogram.percentile(100)).toBe(12.25);
});

test('no percentile is beyond the maximum', () => {
  const histogram = new Histogram();
  histogram.record(1_000.001);
  expect(histogram.summary()).toMatchObject({ p50: 1_000.001, p999: 1_000.001, max: 1_000.001 });
});

test('an empty histogram has no percentile', () => {
  expect(new Histogram().percentile(50)).toBeNaN();
});

test('durations out of range count at its ends', () => {
  const histogram = new Histogram();
  histogram.record(-1);
  histogram.record(1e9);
  expect(histogram.count).toBe(2);
  expect(histogram.percentile(1)).toBe(0);
});
