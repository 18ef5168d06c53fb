import type { MetricValue } from '@fieldstream/domain';
import type { SparkplugInteger, SparkplugMetric } from './sparkplug-payload.js';

/** Datatypes of Sparkplug B (Eclipse Sparkplug 3.0, section 6.4.16), those that are stored. */
export const SPARKPLUG_TYPES = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint8: 5,
  uint16: 6,
  uint32: 7,
  uint64: 8,
  boolean: 11,
  dateTime: 13,
} as const;

/**
 * The value of a metric as its datatype says; undefined for null, for numbers that are not finite, and for what is not stored:
 * data sets, bytes, files and arrays. Integers beyond 2^53 lose their last digits, as every number in the database; a time is
 * a number of milliseconds.
 */
export function sparkplugValue(
  metric: SparkplugMetric,
  datatype: number | undefined,
): MetricValue | undefined {
  if (metric.isNull) return undefined;
  if (metric.boolean !== undefined) return metric.boolean;
  if (metric.text !== undefined) return metric.text;
  if (metric.real !== undefined) {
    if (!Number.isFinite(metric.real)) return undefined;
    return metric.isFloat ? shortestFloat(metric.real) : metric.real;
  }
  return metric.integer && integerOf(metric.integer, datatype);
}

/** Integers are sent unsigned, and some senders put small ones into the field for 64 bits. */
function integerOf({ low, high }: SparkplugInteger, datatype: number | undefined): MetricValue {
  switch (datatype ?? 0) {
    case SPARKPLUG_TYPES.int8:
      return (low << 24) >> 24;
    case SPARKPLUG_TYPES.int16:
      return (low << 16) >> 16;
    case SPARKPLUG_TYPES.int32:
      return low | 0;
    case SPARKPLUG_TYPES.int64:
      return (high | 0) * 0x1_0000_0000 + (low >>> 0);
    case SPARKPLUG_TYPES.boolean:
      return low !== 0 || high !== 0;
    default:
      return (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
  }
}

/** The decimal that a sender of a 32-bit number meant: 0.1, not 0.10000000149011612. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return value;
}
