import { expect, test } from '@jest/globals';
import { type DeviceSeries, SeriesCache } from './series-cache.js';

const series = (id: number): DeviceSeries => new Map([['temperature', { id, unit: null, kinds: 1 }]]);

test('keeps what is asked for, drops what is not, and stays within its bound', () => {
  const cache = new SeriesCache(100);
  cache.set('asked-for', series(0));
  for (let id = 1; id <= 1_000; id++) {
    cache.set(`device-${id}`, series(id));
    expect(cache.get('asked-for')?.get('temperature')?.id).toBe(0);
  }
  const kept = Array.from({ length: 1_000 }, (_, index) => cache.get(`device-${index + 1}`)).filter(Boolean);
  expect(kept.length).toBeLessThanOrEqual(100);
  expect(kept.length).toBeGreaterThanOrEqual(49);
  expect(cache.get('device-1000')).toBeDefined();
  expect(cache.get('device-1')).toBeUndefined();
});

test('replaces what it knows of a device', () => {
  const cache = new SeriesCache(10);
  for (let id = 0; id < 50; id++) cache.set('one', series(id));
  expect(cache.get('one')?.get('temperature')?.id).toBe(49);
});

test('forgets everything', () => {
  const cache = new SeriesCache(10);
  cache.set('one', series(1));
  cache.clear();
  expect(cache.get('one')).toBeUndefined();
});
