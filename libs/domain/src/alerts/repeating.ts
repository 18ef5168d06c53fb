import { numericOf } from '../reading.js';
import { isRecord, noParams, parseInteger, unknownFields } from './checking.js';
import {
  breachesLimits,
  clearsLimits,
  COMPARISON_FIELDS,
  type ComparisonLimits,
  type ComparisonOperator,
  describeLimits,
} from './comparison.js';
import { parseComparison } from './comparison-parsing.js';
import { formatDuration } from './duration.js';
import { type LadderLevel, parseLadder } from './ladder.js';
import { type Assessment, type Checked, type Observation, type RuleKind } from './rule-kind.js';

/** A breach of the limits that begins is an occurrence; the next can begin once the value was clear. */
export interface RepeatingParams extends ComparisonLimits {
  readonly operator: ComparisonOperator;
  /** How many occurrences breach the first level. */
  readonly times: number;
  /** How long an occurrence counts, milliseconds. */
  readonly withinMs: number;
  readonly levels?: readonly LadderLevel<'times'>[];
}

interface Memory {
  /** Whether an occurrence is under way. */
  readonly isUnderWay: boolean;
  /** Times of the last occurrences, as many as the highest level asks for. */
  readonly times: readonly number[];
}

const TIMES_TERMS = { min: 2, max: 100, example: '3' } as const;
const WITHIN_TERMS = {
  min: 1000,
  max: 30 * 24 * 60 * 60 * 1000,
  unit: 'milliseconds',
  example: '600000 for 10 minutes',
} as const;

/**
 * The same thing again and again: at least so many occurrences since `withinMs` ago. A breach that was there when
 * watching began is none: nobody saw it begin. What is compared, and told as the value, is their number, counted up to
 * what the highest level asks for.
 */
export const repeating: RuleKind<RepeatingParams, Memory> = {
  kind: 'repeating',
  source: 'readings',
  parseParams,
  subject: () => 'series',
  higherLevels: ({ levels = [] }) => levels.map(({ severity }) => severity),
  accepts: (_, value) => numericOf(value) !== undefined,
  observe,
  assess,
  changesAtMs: ({ withinMs }, { times }, afterMs) => {
    const oldest = times.find((timeMs) => timeMs + withinMs > afterMs);
    return oldest === undefined ? undefined : oldest + withinMs;
  },
  describe: (params, level) => {
    const { breach } = describeLimits(params.operator, params);
    const times = timesOf(params, level);
    const within = `within ${formatDuration(params.withinMs)}`;
    return {
      breach: `at least ${times} times ${within}`,
      clear: `fewer than ${times} times ${within}`,
      signal: (subject) => `number of times that ${subject} came to be ${breach}`,
    };
  },
};

function observe(
  params: RepeatingParams,
  memory: Memory | undefined,
  { timeMs, value }: Observation,
): Memory {
  const number = numericOf(value) ?? NaN;
  const isBreach = breachesLimits(params.operator, params, number);
  if (memory === undefined) return { isUnderWay: isBreach, times: [] };
  const { isUnderWay, times } = memory;
  if (isBreach && !isUnderWay) {
    const kept = timesOf(params, params.levels?.length ?? 0) - 1;
    return { isUnderWay: true, times: [...times.slice(-kept), timeMs] };
  }
  return isUnderWay && clearsLimits(params.operator, params, number) ? { isUnderWay: false, times } : memory;
}

function assess(params: RepeatingParams, { times }: Memory, atMs: number): Assessment {
  const sinceMs = atMs - params.withinMs;
  let count = 0;
  for (const timeMs of times) if (timeMs > sinceMs) count++;
  let breached = 0;
  while (breached <= (params.levels?.length ?? 0) && count >= timesOf(params, breached)) breached++;
  return { breached, held: breached, value: count };
}

function timesOf(params: RepeatingParams, level: number): number {
  return level === 0 ? params.times : (params.levels?.[level - 1]?.times ?? params.times);
}

function parseParams(input: unknown): Checked<RepeatingParams> {
  if (!isRecord(input)) return noParams('{"operator": ">", "threshold": 30, "times": 3, "withinMs": 600000}');
  const problems = unknownFields(input, ['times', 'withinMs', ...COMPARISON_FIELDS], 'params.');
  const times = parseInteger(input['times'], 'params.times', TIMES_TERMS, problems);
  const withinMs = parseInteger(input['withinMs'], 'params.withinMs', WITHIN_TERMS, problems);
  const terms = { ...TIMES_TERMS, example: '10', field: 'times', first: times } as const;
  const levels = parseLadder(input['levels'], 'params.levels', terms, problems);
  // The levels are of another sort than those of a comparison.
  const comparison = parseComparison({ ...input, levels: undefined }, 'params.');
  if (!comparison.ok) problems.push(...comparison.problems);
  if (!comparison.ok || times === undefined || withinMs === undefined || problems.length > 0)
    return { ok: false, problems };
  const { levels: _, ...limits } = comparison.value;
  const value = { ...limits, times, withinMs };
  return { ok: true, value: levels.length === 0 ? value : { ...value, levels } };
}
