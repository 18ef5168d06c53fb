import type { MetricValue } from '@fieldstream/domain';
import { addBare } from './bare-value.js';
import { flatten } from './flatten.js';
import { shorten, type Refusal } from './payload-text.js';

/**
 * Adds a property's value as its datatype says: numbers for integer, float and percent, 0 or 1 for boolean, and a text for
 * string, enum, color, datetime, duration and json, also where it looks like a number. What has no datatype is read as a
 * bare value.
 */
export function addHomieValue(
  values: Map<string, MetricValue>,
  metric: string,
  datatype: string | undefined,
  text: string,
): Refusal | undefined {
  switch (datatype) {
    case undefined:
      return addBare(values, metric, text);
    case 'integer':
    case 'float':
    case 'percent': {
      const refusal = addBare(values, metric, text);
      if (refusal || typeof values.get(metric) === 'number') return refusal;
      const detail = `${shorten(metric)} is declared as ${datatype}, not ${JSON.stringify(shorten(text, 40))}`;
      return { reason: 'invalid-value', detail };
    }
    case 'boolean':
      return flatten(values, metric, text === 'true' || text === 'false' ? text === 'true' : text);
    default:
      // Homie 5 writes the empty text as one zero byte, because an empty payload removes a retained message.
      return flatten(values, metric, text === '\u0000' ? '' : text);
  }
}
