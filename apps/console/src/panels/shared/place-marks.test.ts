import { describe, expect, it } from '@jest/globals';
import { placeMarks } from './place-marks.js';

const place = (from: number, to?: number) =>
  placeMarks(
    [{ from, ...(to === undefined ? {} : { to }), title: '', text: '', tags: [] }],
    (time) => time / 10,
    100,
  ).map(({ left, width }) => ({ left, width }));

describe('placeMarks', () => {
  it.each([
    ['a point in view', 500, undefined, [{ left: 50, width: undefined }]],
    ['a point before', -10, undefined, []],
    ['a point after', 1_010, undefined, []],
    ['a region in view', 200, 400, [{ left: 20, width: 20 }]],
    ['a region that began before', -500, 400, [{ left: 0, width: 40 }]],
    ['a region that goes on', 900, 5_000, [{ left: 90, width: 10 }]],
    ['a region around the view', -500, 5_000, [{ left: 0, width: 100 }]],
    ['a region that is over', -500, -100, []],
    ['a region to come', 2_000, 3_000, []],
    ['a short region', 200, 201, [{ left: 20, width: 3 }]],
  ])('%s', (_name, from, to, expected) => {
    expect(place(from, to)).toEqual(expected);
  });
});
