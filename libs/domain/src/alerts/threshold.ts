import { isRecord, unknownFields } from './checking.js';
import { type Checked, type FieldProblem, type RuleKind } from './rule-kind.js';

export const THRESHOLD_OPERATORS = ['>', '>=', '<', '<='] as const;
export type ThresholdOperator = (typeof THRESHOLD_OPERATORS)[number];

/** Parameters of the `threshold` kind. */
export interface ThresholdParams {
  readonly operator: ThresholdOperator;
  /** A value breaches when `value operator threshold` is true. */
  readonly threshold: number;
  /** A value clears when `value operator clearThreshold` is false. On the calm side; `threshold` where not given. */
  readonly clearThreshold?: number;
}

const OPPOSITE: Readonly<Record<ThresholdOperator, ThresholdOperator>> = {
  '>': '<=',
  '>=': '<',
  '<': '>=',
  '<=': '>',
};

/** A value beyond a fixed limit, with a second limit on the calm side (hysteresis) that it must pass to clear. */
export const threshold: RuleKind<ThresholdParams> = {
  kind: 'threshold',
  parseParams,
  breaches: (params, value) => compare(value, params.operator, params.threshold),
  clears: (params, value) => !compare(value, params.operator, params.clearThreshold ?? params.threshold),
  describe: (params) => ({
    breach: `${params.operator} ${params.threshold}`,
    clear: `${OPPOSITE[params.operator]} ${params.clearThreshold ?? params.threshold}`,
  }),
};

function compare(value: number, operator: ThresholdOperator, limit: number): boolean {
  switch (operator) {
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
  }
}

function parseParams(input: unknown): Checked<ThresholdParams> {
  if (!isRecord(input)) {
    const fault = 'must be an object, e.g. {"operator": ">", "threshold": 30}';
    return { ok: false, problems: [{ field: 'params', fault }] };
  }
  const problems: FieldProblem[] = unknownFields(
    input,
    ['operator', 'threshold', 'clearThreshold'],
    'params.',
  );
  const operator = THRESHOLD_OPERATORS.find((known) => known === input['operator']);
  if (operator === undefined) {
    problems.push({ field: 'params.operator', fault: `must be one of ${THRESHOLD_OPERATORS.join(' ')}` });
  }
  const limit = input['threshold'];
  if (!isFinite(limit)) {
    problems.push({ field: 'params.threshold', fault: 'must be a finite number, e.g. 30' });
  }
  const clear = input['clearThreshold'];
  if (clear !== undefined && !isFinite(clear)) {
    problems.push({ field: 'params.clearThreshold', fault: 'must be a finite number, or left out' });
  }
  if (operator !== undefined && isFinite(limit) && isFinite(clear)) {
    const upper = operator === '>' || operator === '>=';
    if (upper ? clear > limit : clear < limit) {
      const side = upper ? 'at most' : 'at least';
      const fault = `must be ${side} the threshold (${limit}), because the operator is ${operator}`;
      problems.push({ field: 'params.clearThreshold', fault });
    }
  }
  if (problems.length > 0 || operator === undefined || !isFinite(limit)) return { ok: false, problems };
  const value = { operator, threshold: limit };
  return { ok: true, value: isFinite(clear) ? { ...value, clearThreshold: clear } : value };
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}
