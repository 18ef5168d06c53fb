import { describe, expect, test } from '@jest/globals';
import { comparedSignal, signalName, signalOf } from './compared-signal.js';

const at = (second: number): string => new Date(second * 1_000).toISOString();
const raw = (second: number, value: number | null, text: string | null = null) => ({
  time: at(second),
  value,
  text,
  until: null,
});

describe('the signal of points', () => {
  test('raw numbers', () => {
    const signal = signalOf([raw(1, 5), raw(2, null), raw(3, 7)]);
    expect(signal).toEqual({ times: [1_000, 2_000, 3_000], values: [5, null, 7] });
  });

  test('rollups have a range', () => {
    const points = [{ bucket: at(60), avg: 2, min: 1, max: 3, count: 4, first: 1, last: 3 }];
    expect(signalOf(points)).toEqual({ times: [60_000], values: [2], range: { min: [1], max: [3] } });
  });

  test('texts are places in a list', () => {
    const points = [raw(1, null, 'closed'), raw(2, null, 'open'), raw(3, null, 'closed')];
    expect(signalOf(points)).toMatchObject({ values: [0, 1, 0], texts: ['closed', 'open'] });
  });

  test('of both, numbers, unless texts are wanted', () => {
    const points = [raw(1, 0, 'off'), raw(2, 1, 'on')];
    expect(signalOf(points)).toMatchObject({ values: [0, 1] });
    expect(signalOf(points).texts).toBeUndefined();
    expect(signalOf(points, { asText: true })).toMatchObject({ values: [0, 1], texts: ['off', 'on'] });
  });

  test('of nothing is empty', () => {
    expect(signalOf([])).toEqual({ times: [], values: [] });
  });
});

describe('what is compared', () => {
  const signal = signalOf([raw(0, 10), raw(10, 20), raw(20, 60)]);

  test('the mean of a window', () => {
    const params = { function: 'avg', windowMs: 60_000, operator: '>', threshold: 1 };
    expect(comparedSignal('aggregate', params, signal)?.values).toEqual([10, 15, 30]);
    expect(signalName('aggregate', params, 't of a')).toBe('mean over 1 min of t of a');
  });

  test('a change per minute, which needs two readings', () => {
    const params = { perMs: 60_000, operator: '>', threshold: 1 };
    expect(comparedSignal('rate', params, signal)?.values).toEqual([null, 60, 240]);
  });

  test('is the readings themselves for other kinds, and while parameters are at fault', () => {
    expect(comparedSignal('threshold', { operator: '>', threshold: 1 }, signal)).toBeUndefined();
    expect(comparedSignal('aggregate', { function: 'avg' }, signal)).toBeUndefined();
    expect(signalName('threshold', { operator: '>', threshold: 1 }, 't of a')).toBe('t of a');
  });
});
