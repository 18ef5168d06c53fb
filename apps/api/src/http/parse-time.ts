/** Epoch numbers below this are seconds, as for devices (`parseObservationTime`). */
const SECONDS_LIMIT = 1e11;
/** The years 1 to 9999, which ISO 8601 writes with four digits and PostgreSQL holds. */
export const MIN_MS = -62_135_596_800_000;
const MAX_MS = 253_402_300_799_999;

const ISO_8601 = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * Reads a time of a query: epoch seconds or milliseconds, or ISO 8601 (a date alone is its midnight; UTC unless it has
 * an offset). Unlike a device's time it may lie anywhere in the years 1 to 9999. Undefined if it is none of these.
 */
export function parseTime(text: string): number | undefined {
  const timeMs = /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? fromNumber(Number(text)) : fromIso(text);
  return timeMs !== undefined && timeMs >= MIN_MS && timeMs <= MAX_MS ? timeMs : undefined;
}

function fromNumber(value: number): number {
  return Math.round(Math.abs(value) < SECONDS_LIMIT ? value * 1000 : value);
}

function fromIso(text: string): number | undefined {
  // An unescaped "+" in a query arrives as a blank.
  const iso = text.replace(/ (\d{2}:\d{2})$/, '+$1');
  if (!ISO_8601.test(iso)) return undefined;
  const hasOffset = /(?:Z|[+-]\d{2}:\d{2})$/i.test(iso.slice(10));
  const timeMs = Date.parse((iso.length > 10 && !hasOffset ? `${iso}Z` : iso).toUpperCase());
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
