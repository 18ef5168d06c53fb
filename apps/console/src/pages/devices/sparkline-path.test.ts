import { expect, test } from '@jest/globals';
import { sparkPath, type SparkPoint } from './sparkline-path.js';

const frame = { fromMs: 0, toMs: 600_000, width: 100, height: 24 };
const minutes = (...points: [minute: number, value: number][]): SparkPoint[] =>
  points.map(([minute, value]) => [minute * 60_000, value]);

test.each([
  ['nothing', [], ''],
  ['outside of the time', minutes([-1, 5], [11, 6]), ''],
  ['a rise over the whole', minutes([0, 0], [5, 5], [10, 10]), 'M0 22L50 12L100 2'],
  ['no change', minutes([0, 7], [10, 7]), 'M0 12L100 12'],
  ['one point', minutes([5, 7]), 'M50 12L60 12'],
  ['one point at the end', minutes([10, 7]), 'M100 12L100 12'],
  ['a gap', minutes([0, 0], [1, 10], [2, 0], [8, 0], [9, 10]), 'M0 22L10 2L20 22M80 22L90 2'],
  ['not a number', minutes([0, 0], [5, Number.NaN], [10, 10]), 'M0 22L100 2'],
])('%s', (_, points, line) => {
  expect(sparkPath(points, frame).line).toBe(line);
});

test('the area is closed at the lower edge, part by part', () => {
  const { area } = sparkPath(minutes([0, 0], [1, 10], [2, 0], [9, 5]), frame);
  expect(area).toBe('M0 24L0 22L10 2L20 22L20 24ZM90 24L90 12L100 12L100 24Z');
});
