import { describe, expect, it } from '@jest/globals';
import { toDataFrame } from '@grafana/data';
import { annotationMarks } from './annotation-marks.js';

describe('annotationMarks', () => {
  it('reads points and regions, oldest first', () => {
    const frames = [
      toDataFrame({
        fields: [
          { name: 'time', values: [2_000, 1_000] },
          { name: 'timeEnd', values: [null, 1_500] },
          { name: 'title', values: ['b', 'a'] },
          { name: 'text', values: ['later', 'earlier'] },
          { name: 'tags', values: ['x, y', ['z']] },
          { name: 'color', values: ['red', ''] },
        ],
      }),
    ];
    expect(annotationMarks(frames)).toEqual([
      { from: 1_000, to: 1_500, title: 'a', text: 'earlier', tags: ['z'] },
      { from: 2_000, color: 'red', title: 'b', text: 'later', tags: ['x', 'y'] },
    ]);
  });

  it.each([
    ['no frame', []],
    ['no field', [toDataFrame({ fields: [] })]],
    ['no time', [toDataFrame({ fields: [{ name: 'text', values: ['a'] }] })]],
    [
      'a time that is none',
      [toDataFrame({ fields: [{ name: 'time', values: [null, Number.NaN, 'soon'] }] })],
    ],
  ])('is empty for %s', (_name, frames) => {
    expect(annotationMarks(frames)).toEqual([]);
  });

  it('takes an end that is not after the start as none', () => {
    const frame = toDataFrame({
      fields: [
        { name: 'time', values: [5] },
        { name: 'timeEnd', values: [5] },
      ],
    });
    expect(annotationMarks([frame])).toEqual([{ from: 5, title: '', text: '', tags: [] }]);
  });
});
