/** 2000-01-01T00:00:00Z: no device clock that is right shows an earlier time. */
export const EARLIEST_OBSERVATION_MS = Date.UTC(2000, 0, 1);
/** How far ahead of the bridge's clock an observation may lie. */
export const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** Epoch numbers below this are seconds, from it on milliseconds (1e11 s is the year 5138, 1e11 ms is 1973). */
const SECONDS_LIMIT = 1e11;

/** An ISO 8601 date and time with an optional offset; the date alone, ordinal and week dates are not taken. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

export type ObservationTime =
  | { readonly kind: 'time'; readonly timeMs: number }
  /** The device's clock is plainly wrong (before 2000, more than 24 h ahead): received time stands in, and is counted. */
  | { readonly kind: 'implausible' }
  /** Not a time at all. */
  | { readonly kind: 'malformed' };

/**
 * Reads a device's own timestamp: epoch seconds or milliseconds (as a number or a numeric string), or ISO 8601.
 * A local time without offset counts as UTC unless `zoneOffsetMs` says otherwise (milliseconds east of UTC).
 */
export function parseObservationTime(
  value: unknown,
  receivedAtMs: number,
  zoneOffsetMs = 0,
): ObservationTime {
  const timeMs = toEpochMs(value, zoneOffsetMs);
  if (timeMs === undefined) return { kind: 'malformed' };
  if (timeMs < EARLIEST_OBSERVATION_MS || timeMs > receivedAtMs + MAX_AHEAD_MS)
    return { kind: 'implausible' };
  return { kind: 'time', timeMs };
}

function toEpochMs(value: unknown, zoneOffsetMs: number): number | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return undefined;
    return Math.round(Math.abs(value) < SECONDS_LIMIT ? value * 1000 : value);
  }
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return toEpochMs(Number(text), zoneOffsetMs);
  const match = ISO_8601.exec(text);
  if (!match) return undefined;
  const hasOffset = match[1] !== undefined;
  let iso = text.replace(' ', 'T').replace(',', '.').toUpperCase();
  // Date.parse takes offsets only as +hh:mm and fractions only to the millisecond in every engine.
  iso = iso
    .replace(/\.(\d{3})\d+/, '.$1')
    .replace(/([+-]\d{2})(\d{2})?$/, (all, hours: string, minutes?: string) =>
      hasOffset && !/:\d{2}$/.test(all) ? `${hours}:${minutes ?? '00'}` : all,
    );
  const parsed = Date.parse(hasOffset ? iso : `${iso}Z`);
  if (Number.isNaN(parsed)) return undefined;
  return hasOffset ? parsed : parsed - zoneOffsetMs;
}
