import { describe, expect, test } from '@jest/globals';
import { evaluateRange, panelRange, rangeTextOf, readRangeEnd, shifted, zoomedOut } from './time-range.js';
import { queryResolution } from './interval.js';
import { readRefresh, refreshPeriodMs } from './refresh.js';

test.each([
  ['now-6h', 'now-6h'],
  ['now/d', 'now/d'],
  ['1790000000000', '1790000000000'],
  ['2026-09-21T14:13:20Z', '1790000000000'],
  ['2026-09-21T14:13:20.000Z', '1790000000000'],
  ['20260921T141320', '1790000000000'],
  ['20260921', '1789948800000'],
  ['2026-09-21 14:13:20', '1790000000000'],
  ['now-banana', undefined],
  ['banana', undefined],
  ['', undefined],
  [null, undefined],
])('an end of a range in an address: %s', (text, read) => {
  expect(readRangeEnd(text, 'utc')).toBe(read);
});

describe('steps', () => {
  const range = evaluateRange({ from: '1790000000000', to: '1790000600000' }, 'utc');

  test('out doubles', () => {
    expect(zoomedOut(range)).toEqual({ from: '1789999700000', to: '1790000900000' });
  });

  test('back and forward by half', () => {
    expect(shifted(range, -1, 1e13)).toEqual({ from: '1789999700000', to: '1790000300000' });
    expect(shifted(range, 1, 1e13)).toEqual({ from: '1790000300000', to: '1790000900000' });
  });

  test('forward ends now', () => {
    expect(shifted(range, 1, 1_790_000_700_000)).toEqual({ from: '1790000100000', to: '1790000700000' });
  });

  test('relative ends stay so in an address', () => {
    expect(rangeTextOf(evaluateRange({ from: 'now-1h', to: 'now' }, 'utc'))).toEqual({
      from: 'now-1h',
      to: 'now',
    });
    expect(rangeTextOf(range)).toEqual({ from: '1790000000000', to: '1790000600000' });
  });

  test('a panel has a range of its own, and may look back', () => {
    const { range: own, told } = panelRange(
      { from: 'now-6h', to: 'now' },
      { timeFrom: '1h', timeShift: '1d' },
      'utc',
    );
    expect(told).toBe('Last 1h timeshift -1d');
    expect(Math.round((own.to.valueOf() - own.from.valueOf()) / 1_000)).toBe(3_600);
    expect(Math.abs(Date.now() - 86_400_000 - own.to.valueOf())).toBeLessThan(60_000);
  });
});

test.each<[string, number, object, number]>([
  ['now-6h', 1_400, {}, 15_000],
  ['now-15m', 1_400, {}, 1_000],
  ['now-15m', 1_400, { interval: '30s' }, 30_000],
  ['now-6h', 10, {}, 300_000],
  ['now-6h', 1_400, { maxDataPoints: 6 }, 3_600_000],
])('interval of %s on %d px %j', (from, width, panel, intervalMs) => {
  const range = evaluateRange({ from, to: 'now' }, 'utc');
  expect(queryResolution(range, width, panel).intervalMs).toBe(intervalMs);
});

test.each<[string | null, boolean, string | undefined, unknown]>([
  [null, true, '30s', 'live'],
  [null, false, '30s', 30_000],
  [null, false, undefined, 'off'],
  ['', true, '30s', 'off'],
  ['off', true, '30s', 'off'],
  ['5s', true, undefined, 5_000],
  ['live', false, undefined, 'live'],
  ['10ms', false, undefined, 1_000],
  ['rubbish', false, '30s', 'off'],
])('refresh %s, built in %s, file %s', (param, isBuiltIn, refresh, read) => {
  expect(readRefresh(param, { isBuiltIn, ...(refresh === undefined ? {} : { refresh }) })).toBe(read);
});

test.each<[number, boolean, number | undefined]>([
  [3_600_000, true, 1_000],
  [21_600_000, true, 1_000],
  [86_400_000, true, 4_000],
  [31_536_000_000, true, 30_000],
  [3_600_000, false, undefined],
])('live over %d ms that end now: %s', (spanMs, endsNow, periodMs) => {
  expect(refreshPeriodMs('live', { spanMs, endsNow })).toBe(periodMs);
});
