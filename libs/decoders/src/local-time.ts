const DAY_MS = 86_400_000;
const QUARTER_HOUR_MS = 900_000;
/** Zones move their clocks at quarters of an hour; what is asked for is mostly now. */
const MAX_REMEMBERED = 4_096;

/** Milliseconds east of UTC of a local time that carries no offset, by its own reading as if it were UTC. */
export type OffsetAt = (localMs: number) => number;

const formats = new Map<string, Intl.DateTimeFormat>();
const remembered = new Map<string, number>();

/**
 * How far east of UTC (milliseconds) the clocks of a zone were when they showed a time, given as epoch milliseconds as
 * if it were UTC. A time that was shown twice is the first of the two; one that was skipped counts on from before the
 * change, as `Temporal`'s disambiguation `compatible` does.
 * @param zone IANA name. @throws RangeError if there is no such zone
 */
export function zoneOffsetMs(zone: string, localMs: number): number {
  // No clock shows a time outside of what a Date can hold.
  if (zone === 'UTC' || !(Math.abs(localMs) < 8.64e15 - 2 * DAY_MS)) return 0;
  const key = `${zone} ${Math.floor(localMs / QUARTER_HOUR_MS)}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const offsetMs = resolve(zone, localMs);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, offsetMs);
  return offsetMs;
}

function resolve(zone: string, localMs: number): number {
  const before = offsetAtInstant(zone, localMs - DAY_MS);
  const after = offsetAtInstant(zone, localMs + DAY_MS);
  if (before === after || offsetAtInstant(zone, localMs - before) === before) return before;
  return offsetAtInstant(zone, localMs - after) === after ? after : before;
}

function offsetAtInstant(zone: string, timeMs: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  const name = format.formatToParts(timeMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name);
  if (!match) return 0;
  const [, sign, hours, minutes, seconds = '0'] = match;
  const offsetMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -offsetMs : offsetMs;
}
