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
import { formatDuration } from './duration.js';
import { firstInWindow, nextLeavesAtMs, paneMsOf, PANES, WINDOW_TERMS } from './panes.js';
import { type Checked, type Observation, type RuleKind } from './rule-kind.js';

export const AGGREGATE_FUNCTIONS = ['avg', 'min', 'max', 'sum', 'count', 'range'] as const;
export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

/** What is compared is a function of the readings in a window that moves with event time (see `paneMsOf`). */
export interface AggregateParams extends Comparison {
  readonly function: AggregateFunction;
  readonly windowMs: number;
}

/** What came in one pane; panes without readings are left out. */
type Pane = readonly [index: number, count: number, sum: number, min: number, max: number];

interface Memory {
  /** The pane of the first reading ever. */
  readonly firstIndex: number;
  /** In order, at most as many as a window has. */
  readonly panes: readonly Pane[];
}

const WORDS: Readonly<Record<AggregateFunction, string>> = {
  avg: 'mean',
  min: 'minimum',
  max: 'maximum',
  sum: 'sum',
  count: 'number of readings',
  range: 'range',
};

/**
 * The mean, minimum, maximum, sum, number or range of the readings in a window. An empty window has the sum and the
 * number 0, and no other value. Sum and number are judged once the pane of the first reading has left the window:
 * before, they are too small because nothing was known, not because nothing came.
 */
export const aggregate: RuleKind<AggregateParams, Memory> = {
  kind: 'aggregate',
  source: 'readings',
  parseParams,
  subject: () => 'series',
  higherLevels: severitiesOf,
  accepts: (_, value) => numericOf(value) !== undefined,
  observe,
  assess: (params, memory, atMs) => compareLevels(params, valueAt(params, memory, atMs)),
  changesAtMs: ({ windowMs }, { panes }, afterMs) => nextLeavesAtMs(panes, paneMsOf(windowMs), afterMs),
  describe: (params, level) => ({
    ...describeComparison(params, level),
    signal: (subject) => `${WORDS[params.function]} over ${formatDuration(params.windowMs)} of ${subject}`,
  }),
};

function observe(
  { windowMs }: AggregateParams,
  memory: Memory | undefined,
  { timeMs, value }: Observation,
): Memory {
  const number = numericOf(value) ?? NaN;
  const index = Math.floor(timeMs / paneMsOf(windowMs));
  if (memory === undefined) return { firstIndex: index, panes: [[index, 1, number, number, number]] };
  const panes = memory.panes.slice(firstInWindow(memory.panes, index));
  const last = panes.at(-1);
  if (last?.[0] === index) {
    const sum = clampFinite(last[2] + number);
    panes[panes.length - 1] = [index, last[1] + 1, sum, Math.min(last[3], number), Math.max(last[4], number)];
  } else {
    panes.push([index, 1, number, number, number]);
  }
  return { firstIndex: memory.firstIndex, panes };
}

/** NaN where there is no value to judge. */
function valueAt(
  { function: name, windowMs }: AggregateParams,
  { firstIndex, panes }: Memory,
  atMs: number,
): number {
  const newest = Math.floor(atMs / paneMsOf(windowMs));
  if ((name === 'sum' || name === 'count') && firstIndex > newest - PANES) return NaN;
  let count = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  // It is asked for every pane that will leave: a plain loop costs a tenth of an iterator.
  for (let place = firstInWindow(panes, newest); place < panes.length; place++) {
    const pane = panes[place];
    if (pane === undefined) break;
    count += pane[1];
    sum += pane[2];
    if (pane[3] < min) min = pane[3];
    if (pane[4] > max) max = pane[4];
  }
  switch (name) {
    case 'count':
      return count;
    case 'sum':
      return clampFinite(sum);
    case 'avg':
      return count === 0 ? NaN : clampFinite(sum) / count;
    case 'min':
      return count === 0 ? NaN : min;
    case 'max':
      return count === 0 ? NaN : max;
    case 'range':
      return count === 0 ? NaN : clampFinite(max - min);
  }
}

function parseParams(input: unknown): Checked<AggregateParams> {
  if (!isRecord(input))
    return noParams('{"function": "avg", "windowMs": 600000, "operator": ">", "threshold": 30}');
  const problems = unknownFields(input, ['function', 'windowMs', ...COMPARISON_FIELDS], 'params.');
  const name = AGGREGATE_FUNCTIONS.find((known) => known === input['function']);
  if (name === undefined)
    problems.push({ field: 'params.function', fault: `must be one of ${AGGREGATE_FUNCTIONS.join(', ')}` });
  const windowMs = parseInteger(input['windowMs'], 'params.windowMs', WINDOW_TERMS, problems);
  const comparison = parseComparison(input, 'params.');
  if (!comparison.ok) problems.push(...comparison.problems);
  if (!comparison.ok || name === undefined || windowMs === undefined || problems.length > 0)
    return { ok: false, problems };
  return { ok: true, value: { function: name, windowMs, ...comparison.value } };
}
