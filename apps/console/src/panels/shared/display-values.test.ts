import { describe, expect, it } from '@jest/globals';
import { FieldType, toDataFrame } from '@grafana/data';
import { withSharedRange } from './display-values.js';

const number = (name: string, values: unknown[], config = {}) => ({
  name,
  type: FieldType.number,
  values,
  config,
});

const rangesOf = (...frames: ReturnType<typeof number>[][]) =>
  withSharedRange(frames.map((fields) => toDataFrame({ fields }))).flatMap(({ fields }) =>
    fields.map(({ state }) =>
      state?.range === undefined || state.range === null ? undefined : [state.range.min, state.range.max],
    ),
  );

describe('withSharedRange', () => {
  it.each([
    ['one series', [[number('a', [3, 1, 2])]], [[1, 3]]],
    [
      'series of several frames',
      [[number('a', [3])], [number('b', [10, -1])]],
      [
        [-1, 10],
        [-1, 10],
      ],
    ],
    ['a series with its own limits', [[number('a', [3, 4], { min: 0, max: 100 })]], [[0, 100]]],
    ['a series with its own minimum', [[number('a', [3, 4], { min: 0 })]], [[0, 4]]],
    ['values that are none', [[number('a', [null, Number.NaN, Number.POSITIVE_INFINITY, 5])]], [[5, 5]]],
    ['no values', [[number('a', [])]], [[null, null]]],
    ['text', [[{ ...number('a', ['x']), type: FieldType.string }]], [undefined]],
  ])('%s', (_name, frames, expected) => {
    expect(rangesOf(...(frames as ReturnType<typeof number>[][]))).toEqual(expected);
  });
});
