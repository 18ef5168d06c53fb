import { rangeUtil, type TimeRange } from '@grafana/data';

const LEAST_POINTS = 50;
const LEAST_INTERVAL = '1s';

/** What a panel asks of its queries: about one point a pixel, as in Grafana. */
export function queryResolution(
  range: TimeRange,
  widthPx: number,
  panel: { readonly interval?: string; readonly maxDataPoints?: number },
): { readonly intervalMs: number; readonly interval: string; readonly maxDataPoints: number } {
  const maxDataPoints = panel.maxDataPoints ?? Math.max(LEAST_POINTS, Math.floor(widthPx));
  const least = panel.interval?.replace(/^>/, '') ?? LEAST_INTERVAL;
  const { intervalMs, interval } = rangeUtil.calculateInterval(range, maxDataPoints, valid(least));
  return { intervalMs: Math.max(1, Math.round(intervalMs)), interval, maxDataPoints };
}

function valid(interval: string): string {
  try {
    rangeUtil.intervalToMs(interval);
    return interval;
  } catch {
    return LEAST_INTERVAL;
  }
}

/** Options of auto refresh and the like in milliseconds; undefined for what is none. */
export function durationMs(text: string): number | undefined {
  try {
    return rangeUtil.intervalToMs(text);
  } catch {
    return undefined;
  }
}
