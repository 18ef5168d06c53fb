import { durationMs } from './interval.js';

/** Off, an interval in milliseconds, or as often as it changes something. */
export type Refresh = 'off' | 'live' | number;

const LEAST_LIVE_MS = 1_000;
const MOST_LIVE_MS = 30_000;
/** A range of six hours is drawn anew every second; a longer one less often, since less of it changes. */
const SPAN_PER_PERIOD = 21_600;

/**
 * `refresh` of an address. Absent: a built-in dashboard that refreshes is live, since here that costs little; any other does as
 * its file says.
 */
export function readRefresh(
  param: string | null,
  { refresh, isBuiltIn }: { readonly refresh?: string; readonly isBuiltIn: boolean },
): Refresh {
  if (param === null) {
    if (isBuiltIn) return 'live';
    return refresh === undefined ? 'off' : readRefresh(refresh, { isBuiltIn });
  }
  if (param === 'live' || param === 'auto') return 'live';
  const ms = durationMs(param);
  return ms === undefined || ms <= 0 ? 'off' : Math.max(LEAST_LIVE_MS, ms);
}

/** Pause between two queries of a panel; undefined: none follows. A range that does not end now does not change by itself. */
export function refreshPeriodMs(
  refresh: Refresh,
  { spanMs, endsNow }: { readonly spanMs: number; readonly endsNow: boolean },
): number | undefined {
  if (refresh === 'off') return undefined;
  if (refresh !== 'live') return refresh;
  if (!endsNow) return undefined;
  return Math.min(MOST_LIVE_MS, Math.max(LEAST_LIVE_MS, Math.round(spanMs / SPAN_PER_PERIOD)));
}
