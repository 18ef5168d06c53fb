import { isValidText, type MetricValue } from '@fieldstream/domain';
import { badText, flatten, nonFinite } from './flatten.js';
import { parseJson, type Refusal } from './payload-text.js';

/** Decimal notations that devices print: JSON's, and besides `+5`, `.5`, `5.` and leading zeros. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NON_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/**
 * Adds a payload that is one value, without quotes as most firmware prints it: numbers first, then JSON, and whatever does
 * not look like JSON is a text. `null` adds nothing.
 */
export function addBare(
  values: Map<string, MetricValue>,
  metric: string,
  payloadText: string,
): Refusal | undefined {
  const text = payloadText.trim();
  if (text === '') return { reason: 'empty-payload', detail: 'the payload is blank' };
  if (DECIMAL.test(text)) return flatten(values, metric, Number(text));
  if (text === 'true' || text === 'false') return flatten(values, metric, text === 'true');
  if (text === 'null') return undefined;
  if (text.startsWith('"') || text.startsWith('{') || text.startsWith('[')) {
    const json = parseJson(text);
    return 'value' in json ? flatten(values, metric, json.value, 0) : json;
  }
  if (NON_FINITE.test(text)) return nonFinite(metric);
  return isValidText(text) ? flatten(values, metric, text) : badText(metric, text);
}
