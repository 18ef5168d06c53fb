import { describe, expect, it } from '@jest/globals';
import { FieldType, toDataFrame } from '@grafana/data';
import { describeSeries } from './describe-series.js';

const time = { name: 'time', type: FieldType.time, values: [1, 2] };
const series = (name: string, values: unknown[], config = {}) => ({
  name,
  type: FieldType.number,
  values,
  config,
});

describe('describeSeries', () => {
  it.each([
    ['nothing', [], 'Heat without values.'],
    ['one series', [series('a', [1, 2])], 'Heat of 1 series. Last values: a: 2.'],
    ['a last value that is null', [series('a', [1, null])], 'Heat of 1 series. Last values: a: 1.'],
    ['no value', [series('a', [null, null])], 'Heat of 1 series. Last values: a: none.'],
    ['a hidden series', [series('a', [1], { custom: { hideFrom: { viz: true } } })], 'Heat without values.'],
  ])('%s', (_name, fields, expected) => {
    expect(describeSeries('Heat', [toDataFrame({ fields: [time, ...fields] })])).toBe(expected);
  });

  it('counts those it does not name', () => {
    const fields = Array.from({ length: 10 }, (_, index) => series(`s${index}`, [index]));
    expect(describeSeries('Heat', [toDataFrame({ fields: [time, ...fields] })])).toMatch(
      /of 10 series\..*; and 2 more\.$/,
    );
  });
});
