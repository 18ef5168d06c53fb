import { isValidMetricName, type MetricValue } from '@fieldstream/domain';
import { flatten } from './flatten.js';
import type { MetricDefinition } from './mapping-definition.js';
import { describe, shorten, type Refusal } from './payload-text.js';

/** Adds one metric's value, converted as its definition says; nothing for null and what is not there. */
export function addMapped(
  values: Map<string, MetricValue>,
  name: string,
  definition: MetricDefinition,
  raw: unknown,
): Refusal | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (!isValidMetricName(name)) {
    return { reason: 'invalid-metric-name', detail: `not a metric name: ${JSON.stringify(shorten(name))}` };
  }
  const { map, scale, offset } = definition;
  const key = textOf(raw);
  const isMapped = map !== undefined && key !== undefined && Object.hasOwn(map, key);
  const value = isMapped ? map[key] : raw;
  const type = definition.type ?? (scale === undefined && offset === undefined ? undefined : 'number');
  const converted = type === undefined ? value : CONVERSIONS[type](value);
  if (converted === undefined) {
    return { reason: 'invalid-value', detail: `${shorten(name)} is not a ${type}: ${describe(raw)}` };
  }
  const result = typeof converted === 'number' ? converted * (scale ?? 1) + (offset ?? 0) : converted;
  return flatten(values, name, result);
}

const CONVERSIONS: Readonly<
  Record<'number' | 'boolean' | 'text', (value: unknown) => MetricValue | undefined>
> = {
  number: toNumber,
  boolean: toBoolean,
  text: textOf,
};

/** A scalar as text. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  // Not hexadecimal, nor what is empty: Number takes both.
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function toBoolean(value: unknown): boolean | undefined {
  switch (typeof value === 'string' ? value.trim().toLowerCase() : value) {
    case true:
    case 1:
    case '1':
    case 'true':
    case 'on':
    case 'yes':
      return true;
    case false:
    case 0:
    case '0':
    case 'false':
    case 'off':
    case 'no':
      return false;
    default:
      return undefined;
  }
}
