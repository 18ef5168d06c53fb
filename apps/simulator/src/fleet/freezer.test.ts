import { expect, test } from '@jest/globals';
import { freezer } from './freezer.js';
import { failingModelOf, MIDNIGHT_MS, modelOf, seriesOf } from './model-samples.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const SEEDS = [1, 2, 3, 4, 5];

test.each(SEEDS)('stays cold all day, in cycles (seed %d)', (seed) => {
  const series = seriesOf(modelOf(freezer, seed), 'temperature', MIDNIGHT_MS, MIDNIGHT_MS + DAY, 10_000);
  expect(Math.min(...series)).toBeGreaterThan(-22);
  expect(Math.max(...series)).toBeLessThan(-15.5);
  const night = series.slice(0, 4 * 360);
  expect(Math.max(...night) - Math.min(...night)).toBeGreaterThan(1.5);
});

test('people open the door by day, and nobody by night', () => {
  const model = modelOf(freezer, 1);
  const openings = (fromHour: number, hours: number): number => {
    let count = 0;
    for (let second = 0; second < hours * 3_600; second++) {
      if (model(MIDNIGHT_MS + fromHour * 60 * MINUTE + second * 1_000)['door'] === 'open') count++;
    }
    return count;
  };
  expect(openings(8, 4)).toBeGreaterThan(30);
  expect(openings(0, 5)).toBe(0);
});

test('the compressor runs whenever it gets colder, and part of the time', () => {
  const model = modelOf(freezer, 1);
  const states = Array.from(
    { length: 600 },
    (_, minute) => model(MIDNIGHT_MS + minute * MINUTE)['compressor'],
  );
  const share = states.filter((state) => state === 'on').length / states.length;
  expect(new Set(states)).toEqual(new Set(['on', 'off']));
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.5);
});

test.each(SEEDS)(
  'the failing door is left open within three minutes, and it gets cold again (seed %d)',
  (seed) => {
    const model = failingModelOf(freezer, seed);
    const at = (minutes: number) => model(MIDNIGHT_MS + minutes * MINUTE);
    expect(at(2.5)['door']).toBe('open');
    expect(at(3)['temperature']).toBeGreaterThan(-13);
    expect(at(3.5)['door']).toBe('closed');
    expect(at(6)['temperature']).toBeLessThan(-17);
    expect(at(32.5)['door']).toBe('open');
  },
);
