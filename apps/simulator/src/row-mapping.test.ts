import { describe, expect, test } from '@jest/globals';
import { UsageError } from './option-values.js';
import type { ColumnOptions } from './replay-options.js';
import { mapHeader, mapRow } from './row-mapping.js';

const NOW_MS = Date.UTC(2026, 10, 21);
const OPTIONS: ColumnOptions = {
  timeColumn: 'date',
  deviceColumn: undefined,
  device: 'roof',
  metrics: undefined,
  zoneOffsetMs: 0,
};
const HEADER = ['date', 'station', 'temperature', 'wind', 'weather'];
const ROWS = [
  ['2010-01-01T01:00:00', 'A', '4.0', '', 'drizzle'],
  ['2010-01-01T02:00:00', 'A', 'broken', '3.8', 'rain'],
  ['2010-01-01T03:00:00', 'B', '4.1', 'NA', 'sun'],
];

describe('header', () => {
  test('metrics are the columns that mostly hold numbers', () => {
    expect(mapHeader(HEADER, ROWS, OPTIONS)).toMatchObject({
      time: 0,
      device: 'roof',
      metrics: [
        { column: 2, name: 'temperature' },
        { column: 3, name: 'wind' },
      ],
      skipped: ['station', 'weather'],
    });
  });

  test('the device column is no metric, be it a number', () => {
    const mapping = mapHeader(['date', 'id', 'x'], [['1', '7', '1']], {
      ...OPTIONS,
      device: undefined,
      deviceColumn: 'id',
    });
    expect(mapping).toMatchObject({ device: 1, metrics: [{ name: 'x' }], skipped: [] });
  });

  test('chosen metrics are taken as they are', () => {
    expect(mapHeader(HEADER, ROWS, { ...OPTIONS, metrics: ['wind'] }).metrics).toEqual([
      { column: 3, name: 'wind' },
    ]);
  });

  test.each<[string, string[], Partial<ColumnOptions>]>([
    ['no column "time"; there are: date, station', HEADER, { timeColumn: 'time' }],
    ['no column "id"', HEADER, { device: undefined, deviceColumn: 'id' }],
    ['no column "x"', HEADER, { metrics: ['x'] }],
    ['two columns are named "wind"', ['date', 'wind', 'x', ' wind', 'y'], {}],
    ['not a device ID: "a/b"', HEADER, { device: 'a/b' }],
    ['a metric cannot be named ts', ['date', 'ts', 'x', 'y', 'z'], { metrics: ['ts'] }],
    ['no column holds numbers', ['date', 'a', 'b', 'c', 'd'].slice(0, 2), {}],
  ])('refused: %s', (message, header, options) => {
    expect(() => mapHeader(header, ROWS, { ...OPTIONS, ...options })).toThrow(UsageError);
    expect(() => mapHeader(header, ROWS, { ...OPTIONS, ...options })).toThrow(message);
  });
});

describe('row', () => {
  const mapping = mapHeader(HEADER, ROWS, { ...OPTIONS, zoneOffsetMs: -8 * 3_600_000 });

  test('a local time is shifted by the zone, an empty cell is no value', () => {
    expect(mapRow(mapping, ROWS[0] as string[], NOW_MS)).toEqual({
      kind: 'publish',
      deviceId: 'roof',
      timeMs: Date.UTC(2010, 0, 1, 9),
      values: { temperature: 4 },
    });
  });

  test.each([
    ['2010-01-01T01:00:00Z', Date.UTC(2010, 0, 1, 1)],
    ['2010-01-01 01:00+01:00', Date.UTC(2010, 0, 1)],
    ['2010-01-01', Date.UTC(2010, 0, 1, 8)],
    ['1262304000', Date.UTC(2010, 0, 1)],
    ['1262304000123', Date.UTC(2010, 0, 1) + 123],
  ])('time %s', (text, expected) => {
    expect(mapRow(mapping, [text, 'A', '1', '2', ''], NOW_MS)).toMatchObject({ timeMs: expected });
  });

  test.each([
    ['3 fields, the header has 5', ['2010-01-01T01:00', 'A', '1']],
    ['not a time: "soon"', ['soon', 'A', '1', '2', '']],
    ['not a time: ""', ['', 'A', '1', '2', '']],
    ['before 2000 or more than 24 hours ahead: "1999-12-31"', ['1999-12-31', 'A', '1', '2', '']],
    ['before 2000 or more than 24 hours ahead: "2030-01-01"', ['2030-01-01', 'A', '1', '2', '']],
    ['temperature is not a number: "broken"', ROWS[1] as string[]],
    ['temperature is not a number: "1e999"', ['2010-01-01', 'A', '1e999', '2', '']],
    ['temperature is not a number: "0x10"', ['2010-01-01', 'A', '0x10', '2', '']],
    ['no value in any metric column', ['2010-01-01', 'A', '', '-', 'fog']],
  ])('refused: %s', (reason, cells) => {
    expect(mapRow(mapping, cells, NOW_MS)).toEqual({ kind: 'refused', reason });
  });

  test('a device of the row', () => {
    const byStation = mapHeader(HEADER, ROWS, { ...OPTIONS, device: undefined, deviceColumn: 'station' });
    expect(mapRow(byStation, ROWS[2] as string[], NOW_MS)).toMatchObject({ deviceId: 'B' });
    expect(mapRow(byStation, ['2010-01-01', 'a/b', '1', '2', ''], NOW_MS)).toEqual({
      kind: 'refused',
      reason: 'not a device ID: "a/b"',
    });
  });
});
