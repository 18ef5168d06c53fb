import { expect, test } from '@jest/globals';
import { Climate } from './climate.js';
import { Dice } from './dice.js';
import { failingModelOf, MIDNIGHT_MS, modelOf, seriesOf } from './model-samples.js';
import { weatherStation } from './weather-station.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MONTH_MS = 30 * 24 * HOUR;
const SEEDS = [1, 2, 3, 4, 5];

test.each<[string, number, number]>([
  ['temperature', -2, 24],
  ['humidity', 20, 100],
  ['pressure', 990, 1_036],
  ['rain_rate', 0, 10],
  ['wind_speed', 0, 9],
  ['wind_gust', 0, 14],
  ['wind_direction', 0, 359],
])('%s is between %d and %d for a month', (metric, low, high) => {
  for (const seed of SEEDS) {
    const model = modelOf(weatherStation, seed);
    const series = seriesOf(model, metric, MIDNIGHT_MS, MIDNIGHT_MS + MONTH_MS, HOUR);
    expect(Math.min(...series)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...series)).toBeLessThanOrEqual(high);
  }
});

test('it rains now and then, not mostly', () => {
  const shares = SEEDS.map((seed) => {
    const model = modelOf(weatherStation, seed);
    const rates = seriesOf(model, 'rain_rate', MIDNIGHT_MS, MIDNIGHT_MS + MONTH_MS, HOUR);
    return rates.filter((rate) => rate > 0).length / rates.length;
  });
  for (const share of shares) {
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.4);
  }
});

test('a squall brings gusts, rain and cooler air', () => {
  const model = failingModelOf(weatherStation, 1);
  const [before, during] = [model(MIDNIGHT_MS + 14.9 * MINUTE), model(MIDNIGHT_MS + 16 * MINUTE)];
  expect(during['wind_gust']).toBeGreaterThan(18);
  expect(during['rain_rate']).toBeGreaterThan(10);
  expect(during['temperature']).toBeLessThan(Number(before['temperature']) - 2);
});

test.each([
  ['UTC', 0, 12],
  ['two hours east', 2 * HOUR, 10],
  ['eight hours west', -8 * HOUR, 20],
])('noon of a zone %s is its own', (_, zoneOffsetMs, utcHour) => {
  const climate = new Climate(new Dice(1, 'climate'), zoneOffsetMs);
  expect(climate.hourOf(MIDNIGHT_MS + utcHour * HOUR)).toBe(12);
  expect(climate.sunOf(MIDNIGHT_MS + utcHour * HOUR)).toBeGreaterThan(0.95);
  expect(climate.sunOf(MIDNIGHT_MS + (utcHour + 12) * HOUR)).toBe(0);
});
