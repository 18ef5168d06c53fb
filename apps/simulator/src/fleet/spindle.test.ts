import { expect, test } from '@jest/globals';
import { spindle } from './spindle.js';
import { failingModelOf, MIDNIGHT_MS, modelOf, seriesOf } from './model-samples.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const SEEDS = [1, 2, 3, 4, 5];

test.each<[string, number, number]>([
  ['rpm', 0, 12_060],
  ['vibration', 0.05, 3],
  ['spindle_temperature', 16, 52],
])('%s is between %d and %d for a day', (metric, low, high) => {
  for (const seed of SEEDS) {
    const series = seriesOf(modelOf(spindle, seed), metric, MIDNIGHT_MS, MIDNIGHT_MS + DAY, MINUTE);
    expect(Math.min(...series)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...series)).toBeLessThanOrEqual(high);
  }
});

test('turns while it is running, stands while it is idle, and is never faulty without an incident', () => {
  const model = modelOf(spindle, 1);
  const states = new Map<unknown, number>();
  for (let at = MIDNIGHT_MS; at < MIDNIGHT_MS + DAY; at += 10_000) {
    const { state, rpm } = model(at);
    states.set(state, (states.get(state) ?? 0) + 1);
    expect(Number(rpm) > 0).toBe(state === 'running');
  }
  expect(new Set(states.keys())).toEqual(new Set(['idle', 'running']));
  expect((states.get('running') ?? 0) / 8_640).toBeGreaterThan(0.55);
});

test('warms up slowly: from one reading to the next by less than a degree', () => {
  const series = seriesOf(
    modelOf(spindle, 2),
    'spindle_temperature',
    MIDNIGHT_MS,
    MIDNIGHT_MS + DAY / 4,
    2_000,
  );
  const largest = Math.max(...series.slice(1).map((value, index) => Math.abs(value - (series[index] ?? 0))));
  expect(largest).toBeLessThan(0.6);
});

test.each(SEEDS)('a worn bearing shakes, stops the machine, and is repaired (seed %d)', (seed) => {
  const model = failingModelOf(spindle, seed);
  const at = (seconds: number) => model(MIDNIGHT_MS + 6 * MINUTE + seconds * 1_000);
  expect(at(-1)['vibration']).toBeLessThan(3);
  expect(at(75)).toMatchObject({ state: 'running' });
  expect(at(75)['vibration']).toBeGreaterThan(9);
  expect(at(120)).toMatchObject({ state: 'fault', rpm: 0 });
  expect(at(120)['vibration']).toBeLessThan(0.3);
  expect(at(200)['state']).not.toBe('fault');
  const [before, hot] = [at(0)['spindle_temperature'], at(100)['spindle_temperature']];
  expect(Number(hot)).toBeGreaterThan(Number(before) + 8);
});
