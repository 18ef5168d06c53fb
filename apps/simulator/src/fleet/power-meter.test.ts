import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { powerMeter } from './power-meter.js';
import { failingModelOf, MIDNIGHT_MS, modelOf, seriesOf } from './model-samples.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const SEEDS = [1, 2, 3, 4, 5];

test.each<[string, number, number]>([
  ['l1.voltage', 220, 236],
  ['l2.voltage', 220, 236],
  ['l3.voltage', 220, 236],
  ['l2.current', 0.3, 18],
  ['power', 300, 10_000],
  ['frequency', 49.95, 50.05],
])('%s is between %d and %d for a day', (metric, low, high) => {
  for (const seed of SEEDS) {
    const series = seriesOf(modelOf(powerMeter, seed), metric, MIDNIGHT_MS, MIDNIGHT_MS + DAY, 5 * MINUTE);
    expect(Math.min(...series)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...series)).toBeLessThanOrEqual(high);
  }
});

test('the counter never goes back, from whatever moment to whatever later one', () => {
  const time = fc.integer({ min: Date.UTC(2024, 0, 2), max: Date.UTC(2030, 0) });
  fc.assert(
    fc.property(fc.nat(), time, fc.nat({ max: DAY }), (seed, at, laterBy) => {
      const model = modelOf(powerMeter, seed);
      expect(Number(model(at + laterBy)['energy'])).toBeGreaterThanOrEqual(Number(model(at)['energy']));
    }),
  );
});

test.each(SEEDS)('the counter is the sum of the power (seed %d)', (seed) => {
  const model = modelOf(powerMeter, seed);
  const powers = seriesOf(model, 'power', MIDNIGHT_MS, MIDNIGHT_MS + DAY, 30_000);
  const kWh = powers.reduce((sum, watts) => sum + watts, 0) / 120 / 1_000;
  const counted = Number(model(MIDNIGHT_MS + DAY)['energy']) - Number(model(MIDNIGHT_MS)['energy']);
  expect(Math.abs(counted - kWh) / kWh).toBeLessThan(0.005);
});

test('phases add up to the whole', () => {
  const { l1, l2, l3, power } = modelOf(powerMeter, 1)(MIDNIGHT_MS);
  const sum = [l1, l2, l3].reduce((watts: number, phase) => watts + Number(Object(phase)['power']), 0);
  expect(Math.abs(sum - Number(power)) / Number(power)).toBeLessThan(0.03);
});

test('the second phase sags for more than a minute, the others do not', () => {
  const model = failingModelOf(powerMeter, 1);
  const from = MIDNIGHT_MS + 9 * MINUTE;
  const during = (metric: string) => seriesOf(model, metric, from, from + 75_000, 4_000);
  expect(Math.max(...during('l2.voltage'))).toBeLessThan(207);
  expect(Math.min(...during('l1.voltage'))).toBeGreaterThan(212);
  expect(seriesOf(model, 'l2.voltage', from + 80_000, from + 84_000, 4_000)[0]).toBeGreaterThan(212);
});
