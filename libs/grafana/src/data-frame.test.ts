import { describe, expect, test } from '@jest/globals';
import { shapeFields, type FrameField, type FrameValue } from './data-frame.js';
import type { Fill } from './macros.js';
import { postgresColumn } from './postgres-column.js';

const column = (name: string, type: FrameField['type'], ...values: FrameValue[]): FrameField => ({
  name,
  type,
  values,
});
const series = (columns: FrameField[], fill?: Fill) =>
  shapeFields(columns, { format: 'time_series', fill, fromMs: 0, toMs: 3_000 });
const table = (columns: FrameField[]) => shapeFields(columns, { format: 'table', fromMs: 0, toMs: 3_000 });

describe('a table', () => {
  test('without rows has no fields', () => {
    expect(table([column('a', 'number')])).toEqual([]);
  });

  test.each([
    [1_523_556_000, 1_523_556_000_000],
    [1_523_556_000_000, 1_523_556_000_000],
    [1_523_556_000_000_000_000, 1_523_556_000_000],
    [null, null],
  ])('takes the number %d in "time" and "timeend" for a time', (value, ms) => {
    expect(table([column('time', 'number', value), column('TimeEnd', 'number', value)])).toEqual([
      column('time', 'time', ms),
      column('TimeEnd', 'time', ms),
    ]);
  });
});

describe('a time series', () => {
  test('of numbers is as it comes', () => {
    expect(
      series([
        column('time', 'time', 1, 2),
        column('a', 'number', 5, null),
        column('b', 'boolean', true, false),
      ]),
    ).toEqual([column('Time', 'time', 1, 2), column('a', 'number', 5, null), column('b', 'number', 1, 0)]);
  });

  test('has a field for each set of labels, in the order of names and labels', () => {
    expect(
      series([
        column('time', 'time', 1, 1, 2, 3),
        column('site', 'string', 'south', 'north', 'south', null),
        column('value', 'number', 10, 20, 30, 40),
        column('count', 'number', 1, 2, 3, 4),
      ]),
    ).toEqual([
      column('Time', 'time', 1, 2, 3),
      { ...column('count', 'number', null, null, 4), labels: { site: '' } },
      { ...column('count', 'number', 2, null, null), labels: { site: 'north' } },
      { ...column('count', 'number', 1, 3, null), labels: { site: 'south' } },
      { ...column('value', 'number', null, null, 40), labels: { site: '' } },
      { ...column('value', 'number', 20, null, null), labels: { site: 'north' } },
      { ...column('value', 'number', 10, 30, null), labels: { site: 'south' } },
    ]);
  });

  test('beside "metric" and one value has the names of the metrics', () => {
    const columns = [
      column('time', 'time', 1, 2),
      column('metric', 'string', 'b', 'a'),
      column('value', 'number', 1, 2),
    ];
    expect(series(columns)).toEqual([
      column('Time', 'time', 1, 2),
      column('a', 'number', null, 2),
      column('b', 'number', 1, null),
    ]);
  });

  test.each([
    ['no column "time"', [column('a', 'number', 1)]],
    ['no column "time"', [column('time', 'string', 'x')]],
    [
      'not in the order',
      [column('time', 'time', 2, 1), column('l', 'string', 'x', 'y'), column('a', 'number', 1, 2)],
    ],
    [
      'rows without time',
      [column('time', 'time', null), column('l', 'string', 'x'), column('a', 'number', 1)],
    ],
  ])('with %s is refused', (message, columns) => {
    expect(() => series(columns)).toThrow(message);
  });

  test.each<[Fill, FrameValue[]]>([
    [{ mode: 'null', intervalMs: 1_000 }, [null, 5, null, 7]],
    [{ mode: 'previous', intervalMs: 1_000 }, [null, 5, 5, 7]],
    [{ mode: 'value', value: 0, intervalMs: 1_000 }, [0, 5, 0, 7]],
  ])('is filled by %j', (fill, values) => {
    expect(series([column('time', 'time', 1_000, 3_000), column('a', 'number', 5, 7)], fill)).toEqual([
      column('Time', 'time', 0, 1_000, 2_000, 3_000),
      column('a', 'number', ...values),
    ]);
  });

  test('is not filled without bound', () => {
    const fill: Fill = { mode: 'null', intervalMs: 1 };
    const options = { format: 'time_series' as const, fill, fromMs: 0, toMs: 1e12 };
    expect(() => shapeFields([column('time', 'time', 1), column('a', 'number', 1)], options)).toThrow(
      'more than 200000 rows',
    );
  });
});

describe('a column of PostgreSQL', () => {
  test.each<[number, string, string, FrameValue]>([
    [16, 'boolean', 't', true],
    [20, 'number', '9007199254740991', 9007199254740991],
    [1700, 'number', '1.50', 1.5],
    [701, 'number', 'NaN', null],
    [701, 'number', '-Infinity', null],
    [1184, 'time', '2026-01-31 12:00:00.123456+00', Date.UTC(2026, 0, 31, 12, 0, 0, 123)],
    [1184, 'time', '2026-01-31 12:00:00-03:30', Date.UTC(2026, 0, 31, 15, 30)],
    [1184, 'time', '1890-01-01 00:00:00+00:53:28', Date.UTC(1889, 11, 31, 23, 6, 32)],
    [1184, 'time', 'infinity', null],
    [1114, 'time', '2026-01-31 12:00:00.5', Date.UTC(2026, 0, 31, 12, 0, 0, 500)],
    [1082, 'time', '2026-01-31', Date.UTC(2026, 0, 31)],
    [1082, 'time', '0044-03-15 BC', new Date('-000043-03-15').getTime()],
    [1083, 'string', '12:00:00', '12:00:00'],
    [3802, 'string', '{"a": 1}', '{"a": 1}'],
    [25, 'string', '5', '5'],
  ])('of type %d is %s: %s', (typeId, type, text, value) => {
    expect(postgresColumn('c', typeId, [text, null])).toEqual({ name: 'c', type, values: [value, null] });
  });
});
