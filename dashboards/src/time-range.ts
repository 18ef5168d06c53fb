/** Beginning and end of the panel's time range, in SQL. */
export const FROM = '$__timeFrom()::timestamptz';
export const TO = '$__timeTo()::timestamptz';

/** The time range as two arguments of an SQL function. */
export const RANGE = `${FROM}, ${TO}`;

/** SQL condition: the alert `a` was open at some moment of the time range. */
export const OPEN_IN_RANGE = `a.fired_at <= ${TO} AND (a.resolved_at IS NULL OR a.resolved_at >= ${FROM})`;

/** The panel's interval, in SQL. Not of `$__interval`, which is rounded down to a whole unit. */
export const INTERVAL = 'make_interval(secs => $__interval_ms / 1000.0)';

/** Beginning of the interval that a moment is in. */
export function bucketOf(moment: string): string {
  return `time_bucket(${INTERVAL}, ${moment})`;
}
