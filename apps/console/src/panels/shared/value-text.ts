import { formattedValueToString, type Field } from '@grafana/data';

/** A value as its field shows it. */
export function valueText(field: Field, value: unknown): string {
  if (field.display !== undefined) return formattedValueToString(field.display(value));
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
