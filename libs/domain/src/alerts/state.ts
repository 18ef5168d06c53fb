import { LIMITS } from '../limits.js';
import { isValidText } from '../names.js';
import { isRecord, noParams, parseInteger, unknownFields } from './checking.js';
import { formatDuration } from './duration.js';
import {
  type Assessment,
  type Checked,
  type FieldProblem,
  type Observation,
  type RuleKind,
  type RuleWords,
} from './rule-kind.js';

export const STATE_OPERATORS = ['=', '!=', 'in', 'changes'] as const;
export type StateOperator = (typeof STATE_OPERATORS)[number];

/** A comparison of a text, letter by letter: `ON` is not `on`. */
export type StateParams =
  | { readonly operator: '=' | '!='; readonly value: string }
  | { readonly operator: 'in'; readonly values: readonly string[] }
  /** The alert stays until the text has not changed for `holdMs`. */
  | { readonly operator: 'changes'; readonly holdMs: number };

interface Memory {
  readonly text: string;
  /** Event time of the last change that was seen; null for none. Kept for `changes` alone. */
  readonly changedAtMs: number | null;
}

const MAX_VALUES = 50;
const HOLD_TERMS = {
  min: 1000,
  max: 30 * 24 * 60 * 60 * 1000,
  unit: 'milliseconds',
  example: '300000 for 5 minutes',
} as const;

/** Which field an operator takes beside itself. */
const FIELD_OF = { '=': 'value', '!=': 'value', in: 'values', changes: 'holdMs' } as const;

/** A text state is a certain one, or changes. Numbers and booleans are no texts and are passed over. */
export const state: RuleKind<StateParams, Memory> = {
  kind: 'state',
  source: 'readings',
  parseParams,
  subject: () => 'series',
  higherLevels: () => [],
  accepts: (_, value) => typeof value === 'string',
  observe,
  assess,
  changesAtMs: (params, { changedAtMs }, afterMs) => {
    if (params.operator !== 'changes' || changedAtMs === null) return undefined;
    const endMs = changedAtMs + params.holdMs;
    return endMs > afterMs ? endMs : undefined;
  },
  describe,
};

function observe(
  { operator }: StateParams,
  memory: Memory | undefined,
  { timeMs, value }: Observation,
): Memory {
  const text = String(value);
  if (operator !== 'changes' || memory === undefined) return { text, changedAtMs: null };
  return text === memory.text ? memory : { text, changedAtMs: timeMs };
}

function assess(params: StateParams, { text, changedAtMs }: Memory, atMs: number): Assessment {
  const breached = isBreach(params, text, changedAtMs, atMs) ? 1 : 0;
  return { breached, held: breached, value: null, text };
}

function isBreach(params: StateParams, text: string, changedAtMs: number | null, atMs: number): boolean {
  switch (params.operator) {
    case '=':
      return text === params.value;
    case '!=':
      return text !== params.value;
    case 'in':
      return params.values.includes(text);
    case 'changes':
      return changedAtMs !== null && atMs < changedAtMs + params.holdMs;
  }
}

function describe(params: StateParams): RuleWords {
  switch (params.operator) {
    case '=':
      return { breach: `= ${params.value}`, clear: `!= ${params.value}` };
    case '!=':
      return { breach: `!= ${params.value}`, clear: `= ${params.value}` };
    case 'in': {
      const values = params.values.join(', ');
      return { breach: `one of ${values}`, clear: `none of ${values}` };
    }
    case 'changes':
      return { breach: 'changed', clear: `no change for ${formatDuration(params.holdMs)}` };
  }
}

function parseParams(input: unknown): Checked<StateParams> {
  if (!isRecord(input)) return noParams('{"operator": "=", "value": "ERROR"}');
  const problems = unknownFields(input, ['operator', 'value', 'values', 'holdMs'], 'params.');
  const operator = STATE_OPERATORS.find((known) => known === input['operator']);
  if (operator === undefined) {
    problems.push({ field: 'params.operator', fault: `must be one of ${STATE_OPERATORS.join(', ')}` });
    return { ok: false, problems };
  }
  for (const field of ['value', 'values', 'holdMs']) {
    if (field === FIELD_OF[operator] || input[field] === undefined) continue;
    const fault = `does not go with the operator ${operator}, which takes ${FIELD_OF[operator]}`;
    problems.push({ field: `params.${field}`, fault });
  }
  const value = parseOperand(operator, input, problems);
  return problems.length > 0 || value === undefined ? { ok: false, problems } : { ok: true, value };
}

function parseOperand(
  operator: StateOperator,
  input: Record<string, unknown>,
  problems: FieldProblem[],
): StateParams | undefined {
  const { value, values, holdMs = 300_000 } = input;
  if (operator === '=' || operator === '!=') {
    if (isText(value)) return { operator, value };
    problems.push({ field: 'params.value', fault: `must be ${A_TEXT}` });
    return undefined;
  }
  if (operator === 'changes') {
    const checked = parseInteger(holdMs, 'params.holdMs', HOLD_TERMS, problems);
    return checked === undefined ? undefined : { operator, holdMs: checked };
  }
  if (!Array.isArray(values) || values.length === 0 || values.length > MAX_VALUES) {
    const fault = `must be a list of 1 to ${MAX_VALUES} texts, e.g. ["ERROR", "FAULT"]`;
    problems.push({ field: 'params.values', fault });
    return undefined;
  }
  for (const [index, item] of (values as unknown[]).entries()) {
    if (!isText(item)) problems.push({ field: `params.values[${index}]`, fault: `must be ${A_TEXT}` });
  }
  return { operator, values: [...new Set(values as string[])] };
}

const A_TEXT = `a text of at most ${LIMITS.textLength} characters, e.g. ERROR`;

function isText(value: unknown): value is string {
  return typeof value === 'string' && isValidText(value);
}
