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
      fault: `is not known here; ${known.length === 0 ? 'there is nothing to set' : `known are ${known.join(', ')}`}`,
    }));
}

/** The outcome for parameters that are no object at all. */
export function noParams(example: string): {
  readonly ok: false;
  readonly problems: readonly FieldProblem[];
} {
  return { ok: false, problems: [{ field: 'params', fault: `must be an object, e.g. ${example}` }] };
}

/** What a whole number has to be. */
export interface IntegerTerms {
  readonly min: number;
  readonly max: number;
  /** E.g. `milliseconds`; counts have none. */
  readonly unit?: string;
  /** A valid one, e.g. `600000 for 10 minutes`. */
  readonly example: string;
}

/** Checks a whole number. `undefined`, and a problem more, for anything else. */
export function parseInteger(
  value: unknown,
  field: string,
  { min, max, unit, example }: IntegerTerms,
  problems: FieldProblem[],
): number | undefined {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max)
    return value as number;
  const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  problems.push({ field, fault: `must be ${what} from ${min} to ${max}, e.g. ${example}` });
  return undefined;
}
