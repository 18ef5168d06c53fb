import { isValidMetricName, isValidText, LIMITS, type MetricValue } from '@fieldstream/domain';
import { shorten, type Refusal } from './payload-text.js';

/**
 * Adds a parsed JSON value's leaves to `values` under their flattened names: nested objects join their keys with `.`,
 * arrays their indices; of two leaves with one name the last wins; null is skipped.
 *
 * @returns the refusal of the first bad part; then `values` is not to be used.
 */
export function flatten(
  values: Map<string, MetricValue>,
  name: string,
  value: unknown,
  depth = 1,
): Refusal | undefined {
  // JSON has no NaN, but 1e999 parses to Infinity.
  if (typeof value === 'number') return Number.isFinite(value) ? add(values, name, value) : nonFinite(name);
  if (typeof value === 'boolean') return add(values, name, value);
  if (typeof value === 'string') return isValidText(value) ? add(values, name, value) : badText(name, value);
  if (value === null) return undefined;
  if (depth >= LIMITS.depth) {
    return { reason: 'too-deep', detail: `more than ${LIMITS.depth} levels below ${shorten(name)}` };
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const refusal = flatten(values, `${name}.${index}`, value[index], depth + 1);
      if (refusal) return refusal;
    }
    return undefined;
  }
  const object = value as Record<string, unknown>;
  // Object.keys: own keys only, `__proto__` among them, which is then an invalid name.
  for (const key of Object.keys(object)) {
    const refusal = flatten(values, `${name}.${key}`, object[key], depth + 1);
    if (refusal) return refusal;
  }
  return undefined;
}

function add(values: Map<string, MetricValue>, name: string, value: MetricValue): Refusal | undefined {
  if (!isValidMetricName(name)) {
    return {
      reason: 'invalid-metric-name',
      detail:
        name.length > LIMITS.metricNameLength
          ? `a metric name has ${name.length} characters, at most ${LIMITS.metricNameLength} are taken: ${shorten(name)}`
          : `not a metric name: ${JSON.stringify(shorten(name))}`,
    };
  }
  values.set(name, value);
  if (values.size > LIMITS.metricsPerSample) {
    return {
      reason: 'too-many-metrics',
      detail: `more than ${LIMITS.metricsPerSample} metrics in one sample`,
    };
  }
  return undefined;
}

/** The refusal of a number that is not finite. */
export function nonFinite(name: string): Refusal {
  return { reason: 'non-finite-number', detail: `${shorten(name)} is not a finite number` };
}

/** The refusal of a text that cannot be stored. */
export function badText(name: string, text: string): Refusal {
  return text.length > LIMITS.textLength
    ? {
        reason: 'text-too-long',
        detail: `${shorten(name)} has ${text.length} characters, at most ${LIMITS.textLength} are taken`,
      }
    : {
        reason: 'invalid-value',
        detail: `${shorten(name)} holds U+0000 or a lone surrogate, which cannot be stored`,
      };
}
