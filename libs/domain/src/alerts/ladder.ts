import { type IntegerTerms, isRecord, parseInteger, unknownFields } from './checking.js';
import { type FieldProblem } from './rule-kind.js';
import { SEVERITIES, type Severity } from './severity.js';

/** A level above the first of a kind whose levels differ in one number. */
export type LadderLevel<F extends string> = { readonly severity: Severity } & Readonly<Record<F, number>>;

export interface LadderTerms<F extends string> extends IntegerTerms {
  /** The number in which levels differ, e.g. `afterMs`. */
  readonly field: F;
  /** That of the first level; `undefined` where it is at fault itself. */
  readonly first: number | undefined;
}

/** Checks the levels above the first, each of which must have a greater number than the one below it. */
export function parseLadder<F extends string>(
  input: unknown,
  path: string,
  terms: LadderTerms<F>,
  problems: FieldProblem[],
): readonly LadderLevel<F>[] {
  if (input === undefined) return [];
  const { field, first } = terms;
  const most = SEVERITIES.length - 1;
  const example = `{"severity": "critical", "${field}": ${Number.parseInt(terms.example, 10)}}`;
  if (!Array.isArray(input) || input.length === 0 || input.length > most) {
    const fault = `must be a list of 1 to ${most} levels above the first, e.g. [${example}]`;
    problems.push({ field: path, fault });
    return [];
  }
  const levels: LadderLevel<F>[] = [];
  let below = first;
  for (const [index, level] of (input as unknown[]).entries()) {
    const at = `${path}[${index}]`;
    if (!isRecord(level)) {
      problems.push({ field: at, fault: `must be an object, e.g. ${example}` });
      continue;
    }
    problems.push(...unknownFields(level, ['severity', field], `${at}.`));
    const severity = SEVERITIES.find((known) => known === level['severity']);
    if (severity === undefined)
      problems.push({ field: `${at}.severity`, fault: `must be one of ${SEVERITIES.join(', ')}` });
    const number = parseInteger(level[field], `${at}.${field}`, terms, problems);
    if (number !== undefined && below !== undefined && number <= below) {
      const fault = `must be greater than that of the level below it (${below})`;
      problems.push({ field: `${at}.${field}`, fault });
    }
    below = number;
    if (severity !== undefined && number !== undefined)
      levels.push({ severity, [field]: number } as LadderLevel<F>);
  }
  return levels;
}
