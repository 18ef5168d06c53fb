import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EARLIEST_OBSERVATION_MS, MAX_AHEAD_MS, parseObservationTime } from './observation-time.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const MOMENT = Date.UTC(2024, 1, 29, 13, 14, 15);

const good: [name: string, value: unknown, timeMs: number][] = [
  ['epoch seconds', MOMENT / 1000, MOMENT],
  ['epoch milliseconds', MOMENT, MOMENT],
  ['fractional seconds', MOMENT / 1000 + 0.25, MOMENT + 250],
  ['fractional milliseconds, rounded', MOMENT + 0.6, MOMENT + 1],
  ['seconds as text', String(MOMENT / 1000), MOMENT],
  ['seconds as text with blanks and a fraction', ` ${MOMENT / 1000}.5 `, MOMENT + 500],
  ['ISO with Z', '2024-02-29T13:14:15Z', MOMENT],
  ['ISO in lower case', '2024-02-29t13:14:15z', MOMENT],
  ['ISO with a blank', '2024-02-29 13:14:15Z', MOMENT],
  ['ISO without offset is UTC', '2024-02-29T13:14:15', MOMENT],
  ['ISO without seconds', '2024-02-29T13:14Z', MOMENT - 15_000],
  ['ISO with tenths', '2024-02-29T13:14:15.2Z', MOMENT + 200],
  ['ISO with a comma', '2024-02-29T13:14:15,25Z', MOMENT + 250],
  ['ISO with nanoseconds, cut', '2024-02-29T13:14:15.123999999Z', MOMENT + 123],
  ['ISO with +hh:mm', '2024-02-29T18:44:15+05:30', MOMENT],
  ['ISO with -hhmm', '2024-02-29T05:44:15-0730', MOMENT],
  ['ISO with +hh', '2024-02-29T14:14:15+01', MOMENT],
  ['ISO without seconds, with an offset', '2024-02-29T14:14+01:00', MOMENT - 15_000],
  ['leap second', '2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ['the earliest', EARLIEST_OBSERVATION_MS, EARLIEST_OBSERVATION_MS],
  ['the latest', NOW + MAX_AHEAD_MS, NOW + MAX_AHEAD_MS],
];

const implausible: [name: string, value: unknown][] = [
  ['1970', '1970-01-01T00:00:00Z'],
  ['zero', 0],
  ['seconds since boot', 66_972],
  ['negative', -5],
  ['2999', '2999-01-01T00:00:00Z'],
  ['just before 2000', EARLIEST_OBSERVATION_MS - 1],
  ['a millisecond too far ahead', NOW + MAX_AHEAD_MS + 1],
  ['microseconds', MOMENT * 1000],
  ['nanoseconds', MOMENT * 1e6],
  ['year 0', '0000-01-01T00:00:00Z'],
];

const malformed: [name: string, value: unknown][] = [
  ['text', 'yesterday'],
  ['empty', ''],
  ['blank', ' '],
  ['boolean', true],
  ['object', {}],
  ['array', [MOMENT]],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['digits beyond any number', '9'.repeat(400)],
  ['exponent as text', '1.7e9'],
  ['date alone', '2024-02-29'],
  ['month 13', '2024-13-01T00:00:00Z'],
  ['month 0', '2024-00-01T00:00:00Z'],
  ['day 0', '2024-01-00T00:00:00Z'],
  ['30 February', '2024-02-30T00:00:00Z'],
  ['29 February of a common year', '2023-02-29T00:00:00Z'],
  ['hour 24', '2024-01-01T24:00:00Z'],
  ['minute 60', '2024-01-01T00:60:00Z'],
  ['offset of 24 h', '2024-01-01T00:00:00+24:00'],
  ['offset with a lone colon', '2024-01-01T00:00:00+01:'],
  ['week date', '2024-W05-1T00:00:00Z'],
  ['zone name', '2024-02-29T13:14:15 CET'],
];

describe('parseObservationTime', () => {
  test.each(good)('%s', (_, value, timeMs) => {
    expect(parseObservationTime(value, NOW)).toEqual({ kind: 'time', timeMs });
  });

  test.each(implausible)('implausible: %s', (_, value) => {
    expect(parseObservationTime(value, NOW)).toEqual({ kind: 'implausible' });
  });

  test.each(malformed)('malformed: %s', (_, value) => {
    expect(parseObservationTime(value, NOW)).toEqual({ kind: 'malformed' });
  });

  test('a local time takes the zone that is given, one with an offset does not', () => {
    const east2h = 2 * 3_600_000;
    expect(parseObservationTime('2024-02-29T15:14:15', NOW, east2h)).toEqual({
      kind: 'time',
      timeMs: MOMENT,
    });
    expect(parseObservationTime('2024-02-29T13:14:15Z', NOW, east2h)).toEqual({
      kind: 'time',
      timeMs: MOMENT,
    });
  });

  test('reads what Date writes, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: EARLIEST_OBSERVATION_MS, max: NOW }), (timeMs) => {
        expect(parseObservationTime(new Date(timeMs).toISOString(), NOW)).toEqual({ kind: 'time', timeMs });
      }),
    );
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(['time', 'implausible', 'malformed']).toContain(parseObservationTime(value, NOW).kind);
      }),
    );
  });
});
