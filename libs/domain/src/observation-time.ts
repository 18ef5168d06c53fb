/** 2000-01-01T00:00:00Z: no device clock that is right shows an earlier time. */
export const EARLIEST_OBSERVATION_MS = Date.UTC(2000, 0, 1);
/** How far ahead of the bridge's clock an observation may lie. */
export const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** Epoch numbers below this are seconds, from it on milliseconds (1e11 s is the year 5138, 1e11 ms is 1973). */
const SECONDS_LIMIT = 1e11;

/** An ISO 8601 date and time with an optional offset; the date alone, ordinal and week dates are not taken. */
const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:(Z)|([+-])(\d{2})(?::?(\d{2}))?)?$/i;

const MINUTE_MS = 60_000;

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
  return match ? isoToEpochMs(match, zoneOffsetMs) : undefined;
}

function isoToEpochMs(match: RegExpExecArray, zoneOffsetMs: number): number | undefined {
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  // A leap second counts as the second after it.
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  // Finer than a millisecond is cut, as Date.parse does.
  const fractionMs = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second, fractionMs);
  if (match[8] !== undefined) return localMs;
  if (match[9] === undefined) return localMs - zoneOffsetMs;
  const [offsetHours, offsetMinutes] = [part(10), part(11)];
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offsetMs = (offsetHours * 60 + offsetMinutes) * MINUTE_MS;
  return localMs - (match[9] === '-' ? -offsetMs : offsetMs);
}
