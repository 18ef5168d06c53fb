import { expect, test } from '@jest/globals';
import { greenhouse } from './greenhouse.js';
import { failingModelOf, MIDNIGHT_MS, modelOf, seriesOf } from './model-samples.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SEEDS = [1, 2, 3, 4, 5];
const WEEK_MS = MIDNIGHT_MS + 7 * 24 * HOUR;

test.each<[string, number, number]>([
  ['temperature', 10, 36],
  ['humidity', 5, 100],
  ['soil_moisture', 27, 43],
  ['light', 0, 75_000],
  ['co2', 380, 960],
  ['heating', 0, 100],
  ['vent', 0, 100],
])('%s is between %d and %d for a week', (metric, low, high) => {
  for (const seed of SEEDS) {
    const series = seriesOf(modelOf(greenhouse, seed), metric, MIDNIGHT_MS, WEEK_MS, 30 * MINUTE);
    expect(Math.min(...series)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...series)).toBeLessThanOrEqual(high);
  }
});

test.each(SEEDS)('follows the day: dark nights, bright noons, heating by night (seed %d)', (seed) => {
  const model = modelOf(greenhouse, seed);
  const mean = (metric: string, fromHour: number): number => {
    // Three hours of each of seven days.
    const days = Array.from({ length: 7 }, (_, day) => MIDNIGHT_MS + (24 * day + fromHour) * HOUR);
    const all = days.flatMap((at) => seriesOf(model, metric, at, at + 3 * HOUR, 10 * MINUTE));
    return all.reduce((sum, value) => sum + value, 0) / all.length;
  };
  expect(mean('light', 0)).toBe(0);
  expect(mean('light', 12)).toBeGreaterThan(20_000);
  expect(mean('temperature', 12)).toBeGreaterThan(mean('temperature', 1) + 2);
  expect(mean('heating', 1)).toBeGreaterThan(mean('heating', 12));
  expect(mean('vent', 1)).toBe(0);
});

test('the soil dries for hours and is watered within minutes', () => {
  const series = seriesOf(modelOf(greenhouse, 1), 'soil_moisture', MIDNIGHT_MS, WEEK_MS, MINUTE);
  const rises = series.slice(1).filter((value, index) => value > (series[index] ?? 0) + 0.5).length;
  expect(rises).toBeGreaterThan(7 * 10);
  expect(rises).toBeLessThan(series.length / 30);
});

test('the leaking valve raises carbon dioxide for minutes', () => {
  const model = failingModelOf(greenhouse, 1);
  const at = (minutes: number) => model(MIDNIGHT_MS + minutes * MINUTE)['co2'];
  expect(at(11.9)).toBeLessThan(1_000);
  expect(at(14)).toBeGreaterThan(2_200);
  expect(at(18)).toBeLessThan(1_100);
});
