import { type FieldProblem } from './rule-kind.js';

/** Whether a value is a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A problem for each field that is not known: most of them are misspelt. */
export function unknownFields(
  input: Record<string, unknown>,
  known: readonly string[],
  path = '',
): FieldProblem[] {
  return Object.keys(input)
    .filter((field) => !known.includes(field))
    .map((field) => ({
      field: `${path}${field}`,
      fault: `is not known here; known are ${known.join(', ')}`,
    }));
}
