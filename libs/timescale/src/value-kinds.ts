import { type MetricValue, numericOf } from '@fieldstream/domain';

/** As in `series.kinds`. */
export const VALUE_KINDS = { number: 1, text: 2, both: 3 } as const;

/** What a value says of its series: a number, a text, or, for a word such as `ON` that is stored as both, nothing. */
export function kindsOf(value: MetricValue): number {
  if (typeof value !== 'string') return VALUE_KINDS.number;
  return numericOf(value) === undefined ? VALUE_KINDS.text : 0;
}
