/** Stored resolutions, finest first. */
export const RESOLUTIONS = ['raw', '1m', '1h', '1d'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Width of one bucket in milliseconds; 0 for raw readings. */
export const BUCKET_MS: Readonly<Record<Resolution, number>> = {
  raw: 0,
  '1m': MINUTE_MS,
  '1h': HOUR_MS,
  '1d': DAY_MS,
};

/**
 * The coarsest resolution that still gives a chart its points: raw up to 6 h, minutes up to 4 days, hours up to
 * 90 days, days beyond. One device at one reading a second then draws at most 21,600 points, otherwise 5,760.
 */
export function resolutionFor(fromMs: number, toMs: number): Resolution {
  const spanMs = toMs - fromMs;
  if (spanMs <= 6 * HOUR_MS) return 'raw';
  if (spanMs <= 4 * DAY_MS) return '1m';
  if (spanMs <= 90 * DAY_MS) return '1h';
  return '1d';
}

/** Start of the bucket that holds a moment, UTC, as TimescaleDB's `time_bucket` cuts minutes, hours and days. */
export function bucketStart(timeMs: number, bucketMs: number): number {
  return Math.floor(timeMs / bucketMs) * bucketMs;
}
