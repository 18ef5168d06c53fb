import { expect, test } from '@jest/globals';
import { backlogGrowth, isFlat, type BacklogSample } from './backlog.js';

function samples(backlog: (second: number) => number): BacklogSample[] {
  return Array.from({ length: 80 }, (_, i) => ({ atMs: 5_000 + i * 250, backlog: backlog(i / 4) }));
}

test('growth is the slope in publishes a second', () => {
  expect(backlogGrowth(samples((second) => 100 + 40 * second))).toBeCloseTo(40, 6);
  expect(backlogGrowth(samples(() => 7))).toBe(0);
});

test('a backlog that saw-tooths with the batches is flat', () => {
  expect(
    isFlat(
      samples((second) => (second % 1) * 10_000),
      10_000,
    ),
  ).toBe(true);
});

test('a backlog that grows by more than 2 % of the rate is not', () => {
  expect(
    isFlat(
      samples((second) => 150 * second),
      10_000,
    ),
  ).toBe(true);
  expect(
    isFlat(
      samples((second) => 250 * second),
      10_000,
    ),
  ).toBe(false);
});

test('nor one of more than two seconds', () => {
  expect(
    isFlat(
      samples(() => 21_000),
      10_000,
    ),
  ).toBe(false);
});
