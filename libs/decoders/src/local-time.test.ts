import { describe, expect, test } from '@jest/globals';
import { zoneOffsetMs } from './local-time.js';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(`${text}Z`);

describe('offset of a zone at a local time', () => {
  test.each([
    ['UTC', '2026-07-01T12:00:00', 0],
    ['Europe/Berlin', '2026-01-15T12:00:00', 1],
    ['Europe/Berlin', '2026-07-15T12:00:00', 2],
    ['Europe/Berlin', '2017-02-16T10:13:52', 1],
    ['Europe/London', '2026-01-15T12:00:00', 0],
    ['Asia/Kolkata', '2026-07-15T12:00:00', 5.5],
    ['Asia/Kathmandu', '2026-07-15T12:00:00', 5.75],
    ['America/St_Johns', '2026-01-15T12:00:00', -3.5],
    ['Pacific/Auckland', '2026-01-15T12:00:00', 13],
    ['Australia/Lord_Howe', '2026-01-15T12:00:00', 11],
  ])('%s at %s is %d hours', (zone, local, hours) => {
    expect(zoneOffsetMs(zone, at(local))).toBe(hours * HOUR);
  });

  test.each([
    ['the last moment before the clocks go forward', 'Europe/Berlin', '2026-03-29T01:59:59.999', 1],
    ['a time that was skipped counts on from before', 'Europe/Berlin', '2026-03-29T02:30:00', 1],
    ['the first moment after the clocks went forward', 'Europe/Berlin', '2026-03-29T03:00:00', 2],
    ['before the clocks go back', 'Europe/Berlin', '2026-10-25T01:59:59', 2],
    ['a time that was shown twice is the first', 'Europe/Berlin', '2026-10-25T02:30:00', 2],
    ['after the clocks went back', 'Europe/Berlin', '2026-10-25T03:00:00', 1],
    ['west of UTC, skipped', 'America/New_York', '2026-03-08T02:30:00', -5],
    ['west of UTC, twice', 'America/New_York', '2026-11-01T01:30:00', -4],
    ['west of UTC, after', 'America/New_York', '2026-11-01T02:00:00', -5],
  ])('%s', (_what, zone, local, hours) => {
    expect(zoneOffsetMs(zone, at(local))).toBe(hours * HOUR);
    // From memory too.
    expect(zoneOffsetMs(zone, at(local))).toBe(hours * HOUR);
  });

  test('an unknown zone is told, a time beyond all clocks is taken', () => {
    expect(() => zoneOffsetMs('Mars/Base', 0)).toThrow(RangeError);
    expect(zoneOffsetMs('Europe/Berlin', Number.NaN)).toBe(0);
    expect(zoneOffsetMs('Europe/Berlin', 1e300)).toBe(0);
  });
});
