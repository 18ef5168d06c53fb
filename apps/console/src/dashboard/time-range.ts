import {
  dateMath,
  dateTime,
  dateTimeForTimeZone,
  rangeUtil,
  type RawTimeRange,
  type TimeRange,
} from '@grafana/data';

/** Ends of a range as they stand in an address: `now-6h`, or epoch milliseconds. */
export interface RangeText {
  readonly from: string;
  readonly to: string;
}

/** One end of a range from an address, as Grafana reads it: relative, epoch ms, ISO 8601, `20240131T120000`. Else undefined. */
export function readRangeEnd(text: string | null, timeZone: string): string | undefined {
  if (text === null || text === '') return undefined;
  if (text.startsWith('now')) return dateMath.isValid(text) ? text : undefined;
  if (/^-?\d{9,}$/.test(text)) return text;
  const compact = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?$/.exec(text);
  if (compact === null && !/^\d{4}-\d\d/.test(text)) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = compact ?? [];
  const parsed = dateTimeForTimeZone(
    timeZone,
    compact === null ? text : `${year}-${month}-${day}T${hour}:${minute}:${second}`,
  );
  return parsed.isValid() ? String(parsed.valueOf()) : undefined;
}

/** The range at this moment. `fiscalYearStartMonth` is for `now/fy`. */
export function evaluateRange(text: RangeText, timeZone: string, fiscalYearStartMonth = 0): TimeRange {
  return rangeUtil.convertRawToRange(rawRange(text), timeZone, fiscalYearStartMonth);
}

function rawRange({ from, to }: RangeText): RawTimeRange {
  const end = (text: string): RawTimeRange['from'] =>
    text.startsWith('now') ? text : dateTime(Number(text));
  return { from: end(from), to: end(to) };
}

/** For an address: what is relative stays so. */
export function rangeTextOf({ raw, from, to }: TimeRange): RangeText {
  return {
    from: typeof raw.from === 'string' ? raw.from : String(from.valueOf()),
    to: typeof raw.to === 'string' ? raw.to : String(to.valueOf()),
  };
}

/** Ends at the moment at which it is looked at, so that it moves. */
export function endsNow({ to }: RangeText): boolean {
  return to === 'now';
}

/** Twice as long, about the same middle; at least 30 s more. */
export function zoomedOut({ from, to }: TimeRange): RangeText {
  const spanMs = to.valueOf() - from.valueOf();
  const middleMs = to.valueOf() - spanMs / 2;
  const halfMs = Math.max(spanMs, 15_000);
  return { from: String(Math.round(middleMs - halfMs)), to: String(Math.round(middleMs + halfMs)) };
}

/** Half of it earlier or later; not later than now, unless it is already. */
export function shifted({ from, to }: TimeRange, direction: -1 | 1, nowMs: number): RangeText {
  const spanMs = to.valueOf() - from.valueOf();
  const stepMs = (spanMs / 2) * direction;
  const latestMs = direction === 1 && to.valueOf() <= nowMs ? nowMs : Number.POSITIVE_INFINITY;
  const end = Math.min(to.valueOf() + stepMs, latestMs);
  const begin = end === latestMs ? latestMs - spanMs : from.valueOf() + stepMs;
  return { from: String(Math.round(begin)), to: String(Math.round(end)) };
}

/** A panel's own range: `timeFrom` up to now instead of the dashboard's relative one, `timeShift` into the past. */
export function panelRange(
  dashboard: RangeText,
  panel: { readonly timeFrom?: string; readonly timeShift?: string },
  timeZone: string,
): { readonly range: TimeRange; readonly told?: string } {
  const told: string[] = [];
  let text = dashboard;
  if (panel.timeFrom !== undefined && text.from.startsWith('now')) {
    const own = { from: `now-${panel.timeFrom}`, to: 'now' };
    if (dateMath.isValid(own.from)) {
      text = own;
      told.push(`Last ${panel.timeFrom}`);
    }
  }
  const range = evaluateRange(text, timeZone);
  if (panel.timeShift === undefined || !dateMath.isValid(`now-${panel.timeShift}`)) {
    return told.length === 0 ? { range } : { range, told: told.join(' ') };
  }
  const shift = `-${panel.timeShift}`;
  const from = dateMath.parseDateMath(shift, dateTime(range.from), false) ?? range.from;
  const to = dateMath.parseDateMath(shift, dateTime(range.to), true) ?? range.to;
  told.push(`timeshift ${shift}`);
  return { range: { from, to, raw: { from, to } }, told: told.join(' ') };
}
