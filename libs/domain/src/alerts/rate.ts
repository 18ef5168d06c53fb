import { numericOf } from '../reading.js';
import { isRecord, noParams, parseInteger, unknownFields } from './checking.js';
import {
  type Comparison,
  COMPARISON_FIELDS,
  compareLevels,
  describeComparison,
  clampFinite,
  severitiesOf,
} from './comparison.js';
import { parseComparison } from './comparison-parsing.js';
import { formatDuration, formatUnit } from './duration.js';
import { firstInWindow, nextLeavesAtMs, paneMsOf, WINDOW_TERMS } from './panes.js';
import { type Checked, type Observation, type RuleKind } from './rule-kind.js';

/** What is compared is by how much the value changes in a unit of time: `outside` -5 to 5 is fast either way. */
export interface RateParams extends Comparison {
  /** The unit of time, milliseconds. */
  readonly perMs: number;
  /** Measured over a window that moves with event time (see `paneMsOf`); between the last two readings where left out. */
  readonly windowMs?: number;
}

/** A reading and its pane; without a window, all are of one. */
type Point = readonly [pane: number, timeMs: number, value: number];

interface Memory {
  readonly newest: Point;
  /** From where the slope may be measured: the reading before the newest or, of a window, the first of each pane. */
  readonly starts: readonly Point[];
}

const PER_TERMS = {
  min: 1000,
  max: 30 * 24 * 60 * 60 * 1000,
  unit: 'milliseconds',
  example: '60000 for a change per minute',
} as const;

/**
 * How fast a value changes: between the last two readings, or between the earliest and the newest reading of a window.
 * There is no value while there are not two.
 */
export const rate: RuleKind<RateParams, Memory> = {
  kind: 'rate',
  source: 'readings',
  parseParams,
  subject: () => 'series',
  higherLevels: severitiesOf,
  accepts: (_, value) => numericOf(value) !== undefined,
  observe,
  assess: (params, memory, atMs) => compareLevels(params, rateAt(params, memory, atMs)),
  changesAtMs: ({ windowMs }, { starts }, afterMs) =>
    windowMs === undefined ? undefined : nextLeavesAtMs(starts, paneMsOf(windowMs), afterMs),
  describe: (params, level) => ({
    ...describeComparison(params, level),
    signal: (subject) => {
      const over = params.windowMs === undefined ? '' : ` over ${formatDuration(params.windowMs)}`;
      return `change per ${formatUnit(params.perMs)}${over} of ${subject}`;
    },
  }),
};

function observe(
  { windowMs }: RateParams,
  memory: Memory | undefined,
  { timeMs, value }: Observation,
): Memory {
  const pane = windowMs === undefined ? 0 : Math.floor(timeMs / paneMsOf(windowMs));
  const newest: Point = [pane, timeMs, numericOf(value) ?? NaN];
  if (windowMs === undefined) return { newest, starts: memory === undefined ? [] : [memory.newest] };
  if (memory === undefined) return { newest, starts: [newest] };
  const starts = memory.starts.slice(firstInWindow(memory.starts, pane));
  if (starts.at(-1)?.[0] !== pane) starts.push(newest);
  return { newest, starts };
}

/** NaN where there are not two readings. */
function rateAt({ perMs, windowMs }: RateParams, { newest, starts }: Memory, atMs: number): number {
  const place = windowMs === undefined ? 0 : firstInWindow(starts, Math.floor(atMs / paneMsOf(windowMs)));
  const start = starts[place];
  if (start === undefined || start[1] === newest[1]) return NaN;
  return clampFinite((clampFinite(newest[2] - start[2]) / (newest[1] - start[1])) * perMs);
}

function parseParams(input: unknown): Checked<RateParams> {
  if (!isRecord(input)) return noParams('{"operator": ">", "threshold": 5, "perMs": 60000}');
  const problems = unknownFields(input, ['perMs', 'windowMs', ...COMPARISON_FIELDS], 'params.');
  const perMs = parseInteger(input['perMs'] ?? 60_000, 'params.perMs', PER_TERMS, problems);
  const windowMs =
    input['windowMs'] === undefined
      ? undefined
      : parseInteger(input['windowMs'], 'params.windowMs', WINDOW_TERMS, problems);
  const comparison = parseComparison(input, 'params.');
  if (!comparison.ok) problems.push(...comparison.problems);
  if (!comparison.ok || perMs === undefined || problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: { perMs, ...(windowMs === undefined ? {} : { windowMs }), ...comparison.value },
  };
}
