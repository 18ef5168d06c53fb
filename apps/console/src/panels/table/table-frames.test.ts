import { describe, expect, it } from '@jest/globals';
import { FieldType, toDataFrame } from '@grafana/data';
import { tableFrames, type LegacyFooter } from './table-frames.js';

const frame = toDataFrame({
  fields: [
    { name: 'device', type: FieldType.string, values: ['a'] },
    { name: 'alerts', type: FieldType.number, values: [1] },
    {
      name: 'own',
      type: FieldType.number,
      values: [1],
      config: { custom: { footer: { reducers: ['max'] } } },
    },
  ],
});

const footersOf = (footer?: LegacyFooter) =>
  tableFrames([frame], footer)[0]?.fields.map(({ config }): unknown => config.custom?.footer?.reducers);

describe('tableFrames', () => {
  it.each<[string, LegacyFooter | undefined, unknown[]]>([
    ['no footer', undefined, [undefined, undefined, ['max']]],
    ['a hidden footer', { show: false, reducer: ['sum'] }, [undefined, undefined, ['max']]],
    ['a footer of nothing', { show: true, reducer: [] }, [undefined, undefined, ['max']]],
    ['a footer of all numbers', { show: true, reducer: ['sum'] }, [undefined, ['sum'], ['max']]],
    [
      'a footer of named fields',
      { show: true, reducer: ['sum'], fields: ['device'] },
      [['sum'], undefined, ['max']],
    ],
    [
      'a footer of one field',
      { show: true, reducer: ['sum'], fields: 'alerts' },
      [undefined, ['sum'], ['max']],
    ],
    [
      'a count of rows',
      { show: true, reducer: ['count'], countRows: true },
      [['countAll'], undefined, ['max']],
    ],
  ])('%s', (_name, footer, expected) => {
    expect(footersOf(footer)).toEqual(expected);
  });

  it('leaves out frames without columns', () => {
    expect(tableFrames([toDataFrame({ fields: [] })])).toEqual([]);
  });
});
