import { describe, expect, it } from '@jest/globals';
import { createTheme, dateTime, FieldType, toDataFrame, type FieldDTO } from '@grafana/data';
import { graphableFrames } from './graphable-frames.js';
import { withNavigator } from '../shared/testing-navigator.js';

withNavigator();
const theme = createTheme();
const range = { from: dateTime(0), to: dateTime(10_000), raw: { from: 'now-1h', to: 'now' } };

const graph = (...frames: FieldDTO[][]) =>
  graphableFrames(
    frames.map((fields) => toDataFrame({ fields })),
    theme,
    range,
    'utc',
  );

const time = (values: unknown[]): FieldDTO => ({ name: 'time', type: FieldType.time, values });

describe('graphableFrames', () => {
  it.each([
    ['no frames', []],
    ['a frame without fields', [[]]],
    ['no time', [[{ name: 'a', type: FieldType.number, values: [1] }]]],
    ['no rows', [[time([]), { name: 'a', type: FieldType.number, values: [] }]]],
    ['only text', [[time([1]), { name: 'a', type: FieldType.string, values: ['x'] }]]],
    ['only nulls', [[time([1, 2]), { name: 'a', type: FieldType.number, values: [null, null] }]]],
    ['only values that are none', [[time([1]), { name: 'a', type: FieldType.number, values: [Number.NaN] }]]],
    ['times that are none', [[time(['soon']), { name: 'a', type: FieldType.number, values: [1] }]]],
  ])('has nothing to draw of %s', (_name, frames) => {
    expect(graph(...frames)).toBeUndefined();
  });

  it('turns what is no number into null, and leaves text out', () => {
    const frames = graph([
      time([1, 2, 3, 4]),
      { name: 'a', type: FieldType.number, values: [1, Number.NaN, Number.POSITIVE_INFINITY, null] },
      { name: 'b', type: FieldType.string, values: ['x', 'x', 'x', 'x'] },
    ]);
    expect(frames?.[0]?.fields.map(({ name, values }) => [name, values])).toEqual([
      ['time', [1, 2, 3, 4]],
      ['a', [1, null, null, null]],
    ]);
  });

  it('sorts rows by time and drops those without one', () => {
    const frames = graph([time([3, null, 1]), { name: 'a', type: FieldType.number, values: [30, 20, 10] }]);
    expect(frames?.[0]?.fields.map(({ values }) => values)).toEqual([
      [1, 3],
      [10, 30],
    ]);
  });

  it('reads times given as text', () => {
    const frames = graph([
      time(['1970-01-01T00:00:01Z', '1970-01-01T00:00:02Z']),
      { name: 'a', type: FieldType.number, values: [1, 2] },
    ]);
    expect(frames?.[0]?.fields[0]?.values).toEqual([1_000, 2_000]);
  });

  it('draws booleans as steps between 0 and 1, in words', () => {
    const field = graph([
      time([1, 2, 3]),
      { name: 'a', type: FieldType.boolean, values: [true, false, null] },
    ])?.[0]?.fields[1];
    expect(field?.values).toEqual([1, 0, null]);
    expect(field?.config.custom).toMatchObject({ lineInterpolation: 'stepAfter' });
    expect(field?.display?.(1).text).toBe('True');
  });

  it('counts the colours of the palette over all frames', () => {
    const frames = graph(
      [
        time([1]),
        { name: 'a', type: FieldType.number, values: [1] },
        { name: 'b', type: FieldType.number, values: [1] },
      ],
      [time([1]), { name: 'c', type: FieldType.number, values: [1] }],
    );
    const indices = frames?.flatMap(({ fields }) => fields.slice(1).map(({ state }) => state?.seriesIndex));
    expect(indices).toEqual([0, 1, 2]);
  });
});
