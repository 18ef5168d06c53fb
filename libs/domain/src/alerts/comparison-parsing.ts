import { isRecord, unknownFields } from './checking.js';
import {
  type Comparison,
  COMPARISON_FIELDS,
  COMPARISON_OPERATORS,
  type ComparisonLevel,
  type ComparisonLimits,
  type ComparisonOperator,
  rangeOf,
} from './comparison.js';
import { type Checked, type FieldProblem } from './rule-kind.js';
import { SEVERITIES } from './severity.js';

const LIMIT_FIELDS = {
  ordering: ['threshold', 'clearThreshold'],
  equality: ['threshold'],
  range: ['low', 'high', 'clearLow', 'clearHigh'],
} as const;

/**
 * Checks the fields of a comparison in an input that may hold others, which are left to the caller.
 * @param path Where the input stands, e.g. `params.`.
 */
export function parseComparison(input: Record<string, unknown>, path: string): Checked<Comparison> {
  const operator = COMPARISON_OPERATORS.find((known) => known === input['operator']);
  if (operator === undefined) {
    const fault = `must be one of ${COMPARISON_OPERATORS.join(' ')}`;
    return { ok: false, problems: [{ field: `${path}operator`, fault }] };
  }
  const problems: FieldProblem[] = [];
  const first = parseLimits(operator, input, path, problems);
  const levels = parseLevels(operator, input['levels'], `${path}levels`, problems);
  const ladder = [first, ...levels];
  for (const [index, level] of levels.entries()) {
    const below = ladder[index];
    if (problems.length === 0 && below !== undefined && !liesBeyond(operator, below, level)) {
      const fault = 'must lie beyond the level before it, its clearing limit included';
      problems.push({ field: `${path}levels[${index}]`, fault });
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const comparison = { operator, ...first };
  return { ok: true, value: levels.length === 0 ? comparison : { ...comparison, levels } };
}

function fieldsOf(operator: ComparisonOperator): readonly (keyof ComparisonLimits)[] {
  if (operator === 'inside' || operator === 'outside') return LIMIT_FIELDS.range;
  return operator === '=' || operator === '!=' ? LIMIT_FIELDS.equality : LIMIT_FIELDS.ordering;
}

function parseLimits(
  operator: ComparisonOperator,
  input: Record<string, unknown>,
  path: string,
  problems: FieldProblem[],
): ComparisonLimits {
  const fields = fieldsOf(operator);
  const limits: Record<string, number> = {};
  const count = problems.length;
  for (const field of COMPARISON_FIELDS) {
    if (field === 'operator' || field === 'levels') continue;
    const value = input[field];
    if (!fields.includes(field)) {
      if (value === undefined) continue;
      const fault = `does not go with the operator ${operator}, which takes ${fields.join(', ')}`;
      problems.push({ field: `${path}${field}`, fault });
    } else if (value !== undefined && Number.isFinite(value)) limits[field] = value as number;
    else if (value !== undefined || !field.startsWith('clear')) {
      const fault = field.startsWith('clear')
        ? 'must be a finite number, or left out'
        : 'must be a finite number, e.g. 30';
      problems.push({ field: `${path}${field}`, fault });
    }
  }
  if (problems.length === count) checkOrder(operator, limits, path, problems);
  return limits;
}

/** The clearing limits lie on the calm side. */
function checkOrder(
  operator: ComparisonOperator,
  limits: ComparisonLimits,
  path: string,
  problems: FieldProblem[],
): void {
  const demand = (field: string, holds: boolean, fault: string): void => {
    if (!holds) problems.push({ field: `${path}${field}`, fault });
  };
  const { threshold = 0, clearThreshold = threshold } = limits;
  const { low = 0, high = 0, clearLow = low, clearHigh = high } = limits;
  const because = `because the operator is ${operator}`;
  if (operator === '>' || operator === '>=') {
    demand(
      'clearThreshold',
      clearThreshold <= threshold,
      `must be at most the threshold (${threshold}), ${because}`,
    );
  } else if (operator === '<' || operator === '<=') {
    demand(
      'clearThreshold',
      clearThreshold >= threshold,
      `must be at least the threshold (${threshold}), ${because}`,
    );
  } else if (operator === 'inside' || operator === 'outside') {
    demand('high', low <= high, `must be at least low (${low})`);
    if (low > high) return;
    const inner = operator === 'outside';
    demand(
      'clearLow',
      inner ? clearLow >= low : clearLow <= low,
      `must be ${inner ? 'at least' : 'at most'} low (${low}), ${because}`,
    );
    demand(
      'clearHigh',
      inner ? clearHigh <= high : clearHigh >= high,
      `must be ${inner ? 'at most' : 'at least'} high (${high}), ${because}`,
    );
    demand('clearHigh', clearLow <= clearHigh, `must be at least clearLow (${clearLow})`);
  }
}

function parseLevels(
  operator: ComparisonOperator,
  input: unknown,
  path: string,
  problems: FieldProblem[],
): ComparisonLevel[] {
  if (input === undefined) return [];
  if (operator === '=' || operator === '!=' || operator === 'inside') {
    problems.push({ field: path, fault: `do not go with the operator ${operator}: nothing lies beyond it` });
    return [];
  }
  if (!Array.isArray(input) || input.length === 0 || input.length > SEVERITIES.length - 1) {
    const fault = `must be a list of 1 to ${SEVERITIES.length - 1} levels above the first, e.g. [{"severity": "critical", "threshold": 40}]`;
    problems.push({ field: path, fault });
    return [];
  }
  const levels: ComparisonLevel[] = [];
  for (const [index, level] of (input as unknown[]).entries()) {
    const at = `${path}[${index}]`;
    if (!isRecord(level)) {
      problems.push({
        field: at,
        fault: 'must be an object, e.g. {"severity": "critical", "threshold": 40}',
      });
      continue;
    }
    problems.push(...unknownFields(level, ['severity', ...fieldsOf(operator)], `${at}.`));
    const severity = SEVERITIES.find((known) => known === level['severity']);
    if (severity === undefined) {
      problems.push({ field: `${at}.severity`, fault: `must be one of ${SEVERITIES.join(', ')}` });
    }
    const known = Object.fromEntries(fieldsOf(operator).map((field) => [field, level[field]]));
    const limits = parseLimits(operator, known, `${at}.`, problems);
    if (severity !== undefined) levels.push({ severity, ...limits });
  }
  return levels;
}

/** Whether whatever breaches `upper` breaches `lower`, and whatever clears `lower` clears `upper`. */
function liesBeyond(operator: ComparisonOperator, lower: ComparisonLimits, upper: ComparisonLimits): boolean {
  if (operator === 'outside') {
    const [l, u] = [rangeOf(lower), rangeOf(upper)];
    return (
      u.low <= l.low &&
      u.high >= l.high &&
      (u.low < l.low || u.high > l.high) &&
      u.clearLow <= l.clearLow &&
      u.clearHigh >= l.clearHigh
    );
  }
  const sign = operator === '>' || operator === '>=' ? 1 : -1;
  const { threshold: l = 0, clearThreshold: lc = l } = lower;
  const { threshold: u = 0, clearThreshold: uc = u } = upper;
  return sign * (u - l) > 0 && sign * (uc - lc) >= 0;
}
