import { describe, expect, it } from '@jest/globals';
import { fitText, laneAt, lanes } from './lanes.js';

describe('lanes', () => {
  it.each([
    [0, 100, 0.9, []],
    [1, 100, 0.8, [[10, 80]]],
    [
      2,
      100,
      0.8,
      [
        [0, 40],
        [60, 40],
      ],
    ],
    [
      2,
      100,
      1,
      [
        [0, 50],
        [50, 50],
      ],
    ],
    [
      2,
      100,
      7,
      [
        [0, 50],
        [50, 50],
      ],
    ],
  ])('%d over %d', (count, height, rowHeight, expected) => {
    expect(
      lanes(count, height, rowHeight).map((lane) => [Math.round(lane.top), Math.round(lane.height)]),
    ).toEqual(expected);
  });
});

describe('laneAt', () => {
  it.each([
    [-1, undefined],
    [0, 0],
    [39, 0],
    [50, undefined],
    [60, 1],
    [100, undefined],
  ])('%d', (y, expected) => {
    expect(laneAt(lanes(2, 100, 0.8), y)).toBe(expected);
  });
});

describe('fitText', () => {
  it.each([
    ['online', 10, 'online'],
    ['online', 6, 'online'],
    ['online', 4, 'onl…'],
    ['online', 1, ''],
    ['', 0, ''],
  ])('"%s" into %d', (text, width, expected) => {
    expect(fitText(text, width, (each) => each.length)).toBe(expected);
  });
});
