import { type Assessment, type RuleWords } from './rule-kind.js';
import { type Severity } from './severity.js';

const ORDERING = ['>', '>=', '<', '<='] as const;
const EQUALITY = ['=', '!='] as const;
const RANGE = ['inside', 'outside'] as const;
export const COMPARISON_OPERATORS = [...ORDERING, ...EQUALITY, ...RANGE] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** The limits of one level. Which fields are there depends on the operator. */
export interface ComparisonLimits {
  /** Of `>` `>=` `<` `<=` `=` `!=`: a value breaches when `value operator threshold` is true. */
  readonly threshold?: number;
  /** Of `>` `>=` `<` `<=`: a value is clear when `value operator clearThreshold` is false. On the calm side; `threshold` where left out. */
  readonly clearThreshold?: number;
  /** Of `inside` and `outside`: both ends of the range, which belong to it. */
  readonly low?: number;
  readonly high?: number;
  /** A second range that clears: within the first for `outside`, around it for `inside`. The first where left out. */
  readonly clearLow?: number;
  readonly clearHigh?: number;
}

/** A level above the first. */
export interface ComparisonLevel extends ComparisonLimits {
  readonly severity: Severity;
}

/**
 * A comparison of a number with limits, with hysteresis and, for all operators but `=`, `!=` and `inside`, further
 * levels that lie beyond one another: warning above 30, critical above 40.
 */
export interface Comparison extends ComparisonLimits {
  readonly operator: ComparisonOperator;
  readonly levels?: readonly ComparisonLevel[];
}

/** Names of the fields, for a kind that adds its own. */
export const COMPARISON_FIELDS = [
  'operator',
  'threshold',
  'clearThreshold',
  'low',
  'high',
  'clearLow',
  'clearHigh',
  'levels',
] as const;

const OPPOSITE = {
  '>': '<=',
  '>=': '<',
  '<': '>=',
  '<=': '>',
  '=': '!=',
  '!=': '=',
} as const;

/** Severities of the levels above the first. */
export function severitiesOf({ levels = [] }: Comparison): readonly Severity[] {
  return levels.map(({ severity }) => severity);
}

/** Which levels a number breaches and holds. NaN stands for no value: it neither breaches nor clears any. */
export function compareLevels(comparison: Comparison, value: number): Assessment {
  const { operator, levels } = comparison;
  let breached = 0;
  let held = 0;
  if (breachesLimits(operator, comparison, value)) breached = held = 1;
  else if (!clearsLimits(operator, comparison, value)) held = 1;
  if (levels !== undefined) {
    for (let index = 0; index < levels.length; index++) {
      const level = levels[index];
      if (level === undefined) break;
      if (breachesLimits(operator, level, value)) breached = held = index + 2;
      else if (!clearsLimits(operator, level, value)) held = index + 2;
    }
  }
  return { breached, held, value: Number.isNaN(value) ? null : value };
}

/** The nearest number that JSON can hold: sums and slopes of very large values may lie beyond. */
export function clampFinite(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** Both conditions of a level in words. */
export function describeComparison(comparison: Comparison, level: number): RuleWords {
  const limits = level === 0 ? comparison : (comparison.levels?.[level - 1] ?? comparison);
  return describeLimits(comparison.operator, limits);
}

/** Both conditions in words: `> 30`, `<= 28`. */
export function describeLimits(operator: ComparisonOperator, limits: ComparisonLimits): RuleWords {
  if (operator === 'inside' || operator === 'outside') {
    const { low, high, clearLow, clearHigh } = rangeOf(limits);
    const opposite = operator === 'inside' ? 'outside' : 'inside';
    return { breach: `${operator} ${low} to ${high}`, clear: `${opposite} ${clearLow} to ${clearHigh}` };
  }
  const { threshold = 0, clearThreshold = threshold } = limits;
  return { breach: `${operator} ${threshold}`, clear: `${OPPOSITE[operator]} ${clearThreshold}` };
}

/** Both ranges of `inside` and `outside`. */
export function rangeOf({
  low = 0,
  high = 0,
  clearLow = low,
  clearHigh = high,
}: ComparisonLimits): Required<Pick<ComparisonLimits, 'low' | 'high' | 'clearLow' | 'clearHigh'>> {
  return { low, high, clearLow, clearHigh };
}

/** Whether a number breaches one level. */
export function breachesLimits(
  operator: ComparisonOperator,
  limits: ComparisonLimits,
  value: number,
): boolean {
  const { threshold = 0, low = 0, high = 0 } = limits;
  return compare(operator, value, threshold, low, high);
}

/** Whether a number clears one level. Never where it breaches it. */
export function clearsLimits(operator: ComparisonOperator, limits: ComparisonLimits, value: number): boolean {
  const { threshold = 0, clearThreshold = threshold } = limits;
  const { low = 0, high = 0, clearLow = low, clearHigh = high } = limits;
  return !Number.isNaN(value) && !compare(operator, value, clearThreshold, clearLow, clearHigh);
}

function compare(
  operator: ComparisonOperator,
  value: number,
  threshold: number,
  low: number,
  high: number,
): boolean {
  switch (operator) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
    case '=':
      return value === threshold;
    case '!=':
      return !Number.isNaN(value) && value !== threshold;
    case 'inside':
      return value >= low && value <= high;
    case 'outside':
      return value < low || value > high;
  }
}
