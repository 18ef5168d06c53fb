import type { Schema } from '../../client/api.js';
import type { Severity } from '@fieldstream/domain';

type Answer = Schema<'BackTestAnswer'>;

/** A time during which an alert is, was or would have been open. */
export interface FiringSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly severity: Severity;
}

/** When alerts of a series would have been open, by severity; those of its device as a whole count for each of its metrics. */
export function firingSpans(answer: Answer, deviceId: string, metric: string): FiringSpan[] {
  const rangeFromMs = Date.parse(answer.from);
  const rangeToMs = Date.parse(answer.to);
  const series = answer.series.filter(
    (one) => one.deviceId === deviceId && (one.metric === metric || one.metric === ''),
  );
  return series.flatMap(({ alerts }) =>
    alerts.flatMap((alert) => {
      const endMs = alert.resolvedAt === null ? rangeToMs : Date.parse(alert.resolvedAt);
      return alert.changes.map(({ at, severity }, index): FiringSpan => {
        const next = alert.changes[index + 1];
        return {
          fromMs: Math.max(Date.parse(at), rangeFromMs),
          toMs: next === undefined ? endMs : Date.parse(next.at),
          severity,
        };
      });
    }),
  );
}

/** What the back-test says, in a sentence: `4 alerts would have fired on 9 series; without hysteresis and durations, 31.` */
export function verdictOf({ totals, series: all }: Pick<Answer, 'totals' | 'series'>): string {
  const { firings, naiveFirings, series } = totals;
  const areDevices = all.length > 0 && all.every(({ metric }) => metric === '');
  const alerts = firings === 0 ? 'No alert' : count(firings, 'alert');
  const where = `on ${areDevices ? count(series, 'device') : `${series} series`}`;
  // Those that were open when the time began are counted among the alerts only.
  const naive = naiveFirings <= firings ? '' : `; without hysteresis and durations, ${naiveFirings}`;
  return `${alerts} would have fired ${where}${naive}.`;
}

/** What the result does not cover, in sentences; empty where it covers all. */
export function gapsOf(answer: Answer): string[] {
  const { stopped, hasMore, rawFrom, from, totals } = answer;
  const gaps: string[] = [];
  if (totals.series === 0) gaps.push('Nothing in this time fits what the rule watches.');
  if (hasMore) gaps.push(`Only the ${totals.series} newest of them were tested.`);
  if (stopped === 'observations')
    gaps.push('It stopped early: there are too many readings. Choose a shorter time.');
  if (stopped === 'time')
    gaps.push('It stopped early, after 30 seconds. Choose a shorter time, or fewer devices.');
  if (rawFrom !== null && rawFrom > from) gaps.push('Older readings are past their retention.');
  return gaps;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
