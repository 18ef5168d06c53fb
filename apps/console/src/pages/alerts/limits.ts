import {
  COMPARISON_OPERATORS,
  isRecord,
  SEVERITIES,
  type ComparisonOperator,
  type Severity,
} from '@fieldstream/domain';

/** Parameters of a rule's kind while they are edited: they may be incomplete or at fault. */
export type Params = Readonly<Record<string, unknown>>;

export type LimitField = 'threshold' | 'clearThreshold' | 'low' | 'high' | 'clearLow' | 'clearHigh';

/** Where a limit stands: 0 is the first level, the others are in `params.levels`. */
export interface LimitPlace {
  readonly level: number;
  readonly field: LimitField;
}

/** A limit as it is drawn. */
export interface LimitLine extends LimitPlace {
  readonly value: number;
  readonly severity: Severity;
  readonly isClear: boolean;
  /** E.g. `Fires above`. */
  readonly label: string;
}

const CALM_OF: Readonly<Record<string, 'below' | 'above'>> = {
  '>': 'below',
  '>=': 'below',
  '<': 'above',
  '<=': 'above',
};

/** The limits that an operator takes, those that clear after those that breach. */
export function limitFieldsOf(operator: ComparisonOperator): readonly LimitField[] {
  if (operator === 'inside' || operator === 'outside') return ['low', 'high', 'clearLow', 'clearHigh'];
  return operator === '=' || operator === '!=' ? ['threshold'] : ['threshold', 'clearThreshold'];
}

/** Whether an operator takes levels that lie beyond the first. */
export function takesLevels(operator: ComparisonOperator): boolean {
  return Object.hasOwn(CALM_OF, operator) || operator === 'outside';
}

/** The operator of a comparison, where it is one. */
export function operatorOf(params: Params): ComparisonOperator | undefined {
  return COMPARISON_OPERATORS.find((known) => known === params['operator']);
}

/** The levels above the first, as far as they are objects. */
export function levelsOf(params: Params): readonly Params[] {
  const { levels } = params;
  return Array.isArray(levels) ? levels.filter(isRecord) : [];
}

/** The parameters with another operator: limits that go with it are kept or carried over, all others go. */
export function withOperator(params: Params, operator: ComparisonOperator): Params {
  const before = operatorOf(params);
  const rest = Object.fromEntries(
    Object.entries(params).filter(([name]) => !isLimit(name) && name !== 'levels'),
  );
  const limits = Object.fromEntries(
    limitFieldsOf(operator)
      .filter((field) => typeof params[field] === 'number')
      .map((field) => [field, params[field]]),
  );
  // A limit that clears lies on the calm side, which may be another one now.
  if (before !== undefined && CALM_OF[before] !== CALM_OF[operator]) delete limits['clearThreshold'];
  if (before !== operator && (operator === 'inside' || operator === 'outside')) {
    delete limits['clearLow'];
    delete limits['clearHigh'];
    const known = numberOf(params['threshold']) ?? 0;
    limits['low'] ??= known;
    limits['high'] ??= known + Math.max(1, Math.abs(known) / 4);
  } else if (operator !== 'inside' && operator !== 'outside') {
    limits['threshold'] ??= numberOf(params['high']) ?? numberOf(params['low']);
  }
  const { levels } = params;
  // Levels of a count (`times`) do not depend on the operator.
  const keepsLevels = levels !== undefined && (!hasLimitLevels(params) || before === operator);
  return { ...rest, operator, ...limits, ...(keepsLevels ? { levels } : {}) };
}

/** Every limit that has a number, lowest level first. */
export function limitLines(params: Params, severity: Severity): LimitLine[] {
  const operator = operatorOf(params);
  if (operator === undefined) return [];
  const ladder: readonly (readonly [Params, Severity])[] = [
    [params, severity],
    ...levelsOf(params).map((level) => [level, severityOf(level) ?? 'critical'] as const),
  ];
  return ladder.flatMap(([limits, levelSeverity], level) =>
    limitFieldsOf(operator).flatMap((field): LimitLine[] => {
      const value = numberOf(limits[field]);
      if (value === undefined) return [];
      const isClear = field.startsWith('clear');
      const label = `${isClear ? 'Clears' : word(levelSeverity)} ${sideOf(operator, field)}`;
      return [{ level, field, value, severity: levelSeverity, isClear, label }];
    }),
  );
}

function word(severity: Severity): string {
  return severity.charAt(0).toUpperCase() + severity.slice(1);
}

function sideOf(operator: ComparisonOperator, field: LimitField): string {
  const isLow = field === 'low' || field === 'clearLow';
  const isClear = field.startsWith('clear');
  switch (operator) {
    case '>':
    case '>=':
      return field === 'threshold' ? 'above' : 'below';
    case '<':
    case '<=':
      return field === 'threshold' ? 'below' : 'above';
    case '=':
      return 'at';
    case '!=':
      return 'other than';
    case 'inside':
      return isLow === isClear ? 'below' : 'above';
    case 'outside':
      return isLow === isClear ? 'above' : 'below';
  }
}

/**
 * The parameters with one limit moved. A limit that clears follows the one that it belongs to, at the same distance; itself
 * it stays on the calm side. The ends of a range do not pass each other.
 */
export function withLimit(params: Params, { level, field }: LimitPlace, wanted: number): Params {
  const operator = operatorOf(params);
  if (operator === undefined) return params;
  if (level === 0) return moved(params, operator, field, wanted);
  const levels = levelsOf(params).map((limits, index) =>
    index === level - 1 ? moved(limits, operator, field, wanted) : limits,
  );
  return { ...params, levels };
}

function moved(limits: Params, operator: ComparisonOperator, field: LimitField, wanted: number): Params {
  const get = (name: LimitField): number | undefined => numberOf(limits[name]);
  const atMost = (value: number, bound: number | undefined): number => Math.min(value, bound ?? Infinity);
  const atLeast = (value: number, bound: number | undefined): number => Math.max(value, bound ?? -Infinity);
  const following = (name: 'clearThreshold' | 'clearLow' | 'clearHigh', value: number): Params => {
    const [clear, own] = [get(name), get(field)];
    if (clear === undefined || own === undefined) return {};
    return { [name]: tidy(clear + value - own) };
  };
  switch (field) {
    case 'threshold':
      return { ...limits, threshold: wanted, ...following('clearThreshold', wanted) };
    case 'clearThreshold': {
      const bound = CALM_OF[operator] === 'below' ? atMost : atLeast;
      return { ...limits, clearThreshold: bound(wanted, get('threshold')) };
    }
    case 'low': {
      const low = atMost(wanted, get('high'));
      return ordered({ ...limits, low, ...following('clearLow', low) }, operator);
    }
    case 'high': {
      const high = atLeast(wanted, get('low'));
      return ordered({ ...limits, high, ...following('clearHigh', high) }, operator);
    }
    case 'clearLow': {
      const clearLow =
        operator === 'outside'
          ? atMost(atLeast(wanted, get('low')), get('clearHigh') ?? get('high'))
          : atMost(wanted, get('low'));
      return { ...limits, clearLow };
    }
    case 'clearHigh': {
      const clearHigh =
        operator === 'outside'
          ? atLeast(atMost(wanted, get('high')), get('clearLow') ?? get('low'))
          : atLeast(wanted, get('high'));
      return { ...limits, clearHigh };
    }
  }
}

/** Where the range has become too narrow for the one that clears within it, that one is a point in its middle. */
function ordered(limits: Params, operator: ComparisonOperator): Params {
  if (operator !== 'outside') return limits;
  const [low = 0, high = 0] = [numberOf(limits['low']), numberOf(limits['high'])];
  const { clearLow = low, clearHigh = high } = {
    clearLow: numberOf(limits['clearLow']),
    clearHigh: numberOf(limits['clearHigh']),
  };
  if (clearLow <= clearHigh && clearLow >= low && clearHigh <= high) return limits;
  const middle = tidy((low + high) / 2);
  return {
    ...limits,
    ...(limits['clearLow'] === undefined ? {} : { clearLow: middle }),
    ...(limits['clearHigh'] === undefined ? {} : { clearHigh: middle }),
  };
}

/** A level to add above those there are: further out by a quarter, and more severe. */
export function nextLevel(params: Params, severity: Severity): Params | undefined {
  const operator = operatorOf(params);
  if (operator === undefined || !takesLevels(operator)) return undefined;
  const last = levelsOf(params).at(-1) ?? params;
  const above = nextSeverity(levelsOf(params).length === 0 ? severity : severityOf(last));
  if (above === undefined) return undefined;
  if (operator === 'outside') {
    const [low = 0, high = 0] = [numberOf(last['low']), numberOf(last['high'])];
    const step = Math.max((high - low) / 4, 1);
    return { severity: above, low: tidy(low - step), high: tidy(high + step) };
  }
  const threshold = numberOf(last['threshold']) ?? 0;
  const step = Math.max(Math.abs(threshold) / 4, 1);
  return { severity: above, threshold: tidy(threshold + (CALM_OF[operator] === 'below' ? step : -step)) };
}

/** The severity above one, where there is one. */
export function nextSeverity(severity: Severity | undefined): Severity | undefined {
  return severity === undefined ? undefined : SEVERITIES[SEVERITIES.indexOf(severity) + 1];
}

/** The severity of a level, where it has one that is known. */
export function severityOf(level: Params): Severity | undefined {
  return SEVERITIES.find((known) => known === level['severity']);
}

/** A finite number, or nothing. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function hasLimitLevels(params: Params): boolean {
  return levelsOf(params).some((level) => Object.keys(level).some(isLimit));
}

function isLimit(name: string): boolean {
  return /^(threshold|clearThreshold|low|high|clearLow|clearHigh)$/.test(name);
}

/** Without the crumbs of binary fractions. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
