import { isRecord, ruleKind, type MetricValue } from '@fieldstream/domain';
import type { Params } from './limits.js';

/** A metric over time, as a chart draws it: parallel lists in the order of time. */
export interface Signal {
  /** Epoch milliseconds. */
  readonly times: readonly number[];
  /** Null where there is no value. Of texts: their place in `texts`. */
  readonly values: readonly (number | null)[];
  /** Of values that stand for a minute or more: the least and the greatest of each. */
  readonly range?: { readonly min: readonly number[]; readonly max: readonly number[] };
  /** Where the metric has texts and no numbers. */
  readonly texts?: readonly string[];
}

/** A point as `/api/devices/:id/readings` gives it. */
export interface ReadingPoint {
  readonly time?: string;
  readonly value?: number | null;
  readonly text?: string | null;
  readonly until?: string | null;
  readonly bucket?: string;
  readonly avg?: number;
  readonly min?: number;
  readonly max?: number;
}

/** The signal of a metric's points. `asText` prefers texts where points have both. */
export function signalOf(points: readonly ReadingPoint[], { asText = false } = {}): Signal {
  const times = points.map(({ time, bucket }) => Date.parse(bucket ?? time ?? ''));
  if (points.some(({ bucket }) => bucket !== undefined)) {
    return {
      times,
      values: points.map(({ avg = null }) => avg),
      range: { min: points.map(({ min = 0 }) => min), max: points.map(({ max = 0 }) => max) },
    };
  }
  const hasNumbers = points.some(({ value }) => typeof value === 'number');
  const hasTexts = points.some(({ text }) => typeof text === 'string');
  if (!hasTexts || (hasNumbers && !asText)) return { times, values: points.map(({ value = null }) => value) };
  const texts = [...new Set(points.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])))];
  const place = (text: string | null = null): number | null => (text === null ? null : texts.indexOf(text));
  return { times, values: points.map(({ text }) => place(text)), texts };
}

/**
 * What a rule compares with its limits, where that is not the readings themselves: the mean of a window, a change per
 * minute. By the evaluation of the rule itself. `undefined` for other kinds, and while the parameters are at fault.
 */
export function comparedSignal(kindName: string, params: Params, signal: Signal): Signal | undefined {
  const kind = kindName === 'aggregate' || kindName === 'rate' ? ruleKind(kindName) : undefined;
  const checked = kind?.parseParams(params);
  if (kind === undefined || checked?.ok !== true || signal.texts !== undefined) return undefined;
  const parsed = checked.value;
  let memory: object | undefined;
  const values = signal.times.map((timeMs, index): number | null => {
    const value: MetricValue | null = signal.values[index] ?? null;
    if (value === null) return null;
    memory = kind.observe(parsed, memory, { timeMs, value });
    return kind.assess(parsed, memory, timeMs).value;
  });
  return { times: signal.times, values };
}

/** What the drawn signal is, in words: `mean over 10 min of temperature of gh-1`. */
export function signalName(kindName: string, params: Params, subject: string): string {
  const kind = ruleKind(kindName);
  const checked = isRecord(params) ? kind?.parseParams(params) : undefined;
  if (kind === undefined || checked?.ok !== true || (kindName !== 'aggregate' && kindName !== 'rate'))
    return subject;
  return kind.describe(checked.value, 0).signal?.(subject) ?? subject;
}
