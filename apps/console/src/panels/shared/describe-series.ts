import { FieldType, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';
import { valueText } from './value-text.js';

const NAMED = 8;

/** A chart in words, for people who do not see it: what is drawn, how many series, and the last value of the first ones. */
export function describeSeries(what: string, frames: readonly DataFrame[]): string {
  const series = frames.flatMap((frame) =>
    frame.fields
      .filter((field) => field.type !== FieldType.time && field.config.custom?.hideFrom?.viz !== true)
      .map((field) => ({ field, name: getFieldDisplayName(field, frame, [...frames]) })),
  );
  if (series.length === 0) return `${what} without values.`;
  const named = series.slice(0, NAMED).map(({ field, name }) => `${name}: ${lastText(field)}`);
  const rest = series.length - named.length;
  const count = series.length === 1 ? '1 series' : `${series.length} series`;
  return `${what} of ${count}. Last values: ${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
}

function lastText(field: Field): string {
  for (let i = field.values.length - 1; i >= 0; i--) {
    const value: unknown = field.values[i];
    if (value !== null && value !== undefined) return valueText(field, value);
  }
  return 'none';
}
