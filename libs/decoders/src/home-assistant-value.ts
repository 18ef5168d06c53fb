import type { MetricValue } from '@fieldstream/domain';
import { flatten } from './flatten.js';
import type { HomeAssistantValue } from './home-assistant-config.js';
import { objectOf } from './json-shape.js';
import type { Refusal } from './payload-text.js';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What Home Assistant itself takes for "no value". */
const NO_VALUE: ReadonlySet<string> = new Set(['', 'None', 'unknown', 'unavailable', 'nan', 'NaN', 'null']);

/**
 * Adds what a template, or the payload itself, gave for an announced value: numbers and booleans as they are, the announced
 * words for on and off as a boolean, a text that is a number as one where a number is announced, else the text. An object
 * without a template is flattened where the component carries objects; elsewhere it is not guessed.
 */
export function addHomeAssistantValue(
  values: Map<string, MetricValue>,
  announced: HomeAssistantValue,
  read: unknown,
  text: string,
): Refusal | undefined {
  const { metric, isObject, isNumber, unit, on, off } = announced;
  if (isObject && objectOf(read)) return flatten(values, metric, read, 0);
  const value = isObject ? text.trim() : read;
  const word = typeof value === 'string' ? value : JSON.stringify(value);
  if (on !== undefined && word === on) return flatten(values, metric, true);
  if (off !== undefined && word === off) return flatten(values, metric, false);
  if (typeof value === 'number' || typeof value === 'boolean') return flatten(values, metric, value);
  if (typeof value !== 'string' || NO_VALUE.has(value) || /^[{[]/.test(value)) return undefined;
  if ((isNumber || unit !== undefined) && DECIMAL.test(value)) return flatten(values, metric, Number(value));
  return unit === undefined ? flatten(values, metric, value) : undefined;
}
