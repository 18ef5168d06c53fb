import { isRecord, noParams, parseInteger, unknownFields } from './checking.js';
import { formatDuration } from './duration.js';
import { type LadderLevel, parseLadder } from './ladder.js';
import {
  type Assessment,
  type Checked,
  type FieldProblem,
  type Observation,
  type RuleKind,
} from './rule-kind.js';

/** What is silent: one series, or a device with all the metrics of the rule's scope. */
export type AbsenceSubject = 'series' | 'device';

/** Silence: after a given time, or after one learned from the subject itself. */
export interface AbsenceParams {
  readonly per: AbsenceSubject;
  /** How long nothing must come, milliseconds. Learned where left out. */
  readonly afterMs?: number;
  /** The learned time is so many times the usual distance between observations. Only where it is learned. */
  readonly factor?: number;
  /** Only where `afterMs` is given. */
  readonly levels?: readonly LadderLevel<'afterMs'>[];
}

interface Memory {
  readonly lastMs: number;
  /** Where the time is learned. */
  readonly learned?: {
    /** When the newest round of observations began. */
    readonly roundMs: number;
    /** The last distances between rounds, the newest last. */
    readonly gapsMs: readonly number[];
  };
}

const AFTER_TERMS = {
  min: 1000,
  max: 30 * 24 * 60 * 60 * 1000,
  unit: 'milliseconds',
  example: '300000 for 5 minutes',
} as const;

/** How the time is learned. */
export const LEARNING = {
  factor: 3,
  maxFactor: 100,
  /**
   * Observations within this time of the first of a round belong to the round: a device that sends its metrics one by
   * one has one distance, not a short one between metrics and a long one between rounds.
   */
  roundMs: 1000,
  /** Distances that are remembered, and how many there must be before silence is judged. */
  gaps: 9,
  minGaps: 3,
  /** What is learned is never shorter. */
  minAfterMs: 5000,
} as const;

/** Nothing came for so long. It needs a first observation: what never spoke is not missed. */
export const absence: RuleKind<AbsenceParams, Memory> = {
  kind: 'absence',
  source: 'readings',
  beginsWithLast: true,
  parseParams,
  subject: ({ per }) => per,
  higherLevels: ({ levels = [] }) => levels.map(({ severity }) => severity),
  accepts: () => true,
  observe,
  assess,
  changesAtMs: (params, memory, afterMs) => {
    for (let level = 0; level <= (params.levels?.length ?? 0); level++) {
      const silence = silenceMs(params, memory, level);
      if (silence !== undefined && memory.lastMs + silence > afterMs) return memory.lastMs + silence;
    }
    return undefined;
  },
  describe: ({ afterMs, factor = LEARNING.factor, levels }, level) => {
    const clear = 'data again';
    if (afterMs === undefined) return { breach: `no data for ${factor} times as long as usual`, clear };
    const levelMs = level === 0 ? afterMs : (levels?.[level - 1]?.afterMs ?? afterMs);
    return { breach: `no data for ${formatDuration(levelMs)}`, clear };
  },
};

function observe({ afterMs }: AbsenceParams, memory: Memory | undefined, { timeMs }: Observation): Memory {
  if (afterMs !== undefined) return { lastMs: timeMs };
  const learned = memory?.learned;
  if (learned === undefined) return { lastMs: timeMs, learned: { roundMs: timeMs, gapsMs: [] } };
  const gapMs = timeMs - learned.roundMs;
  if (gapMs < LEARNING.roundMs) return { lastMs: timeMs, learned };
  const gapsMs = [...learned.gapsMs.slice(1 - LEARNING.gaps), gapMs];
  return { lastMs: timeMs, learned: { roundMs: timeMs, gapsMs } };
}

function assess(params: AbsenceParams, memory: Memory, atMs: number): Assessment {
  let breached = 0;
  for (let level = 0; level <= (params.levels?.length ?? 0); level++) {
    const silence = silenceMs(params, memory, level);
    if (silence === undefined || atMs - memory.lastMs < silence) break;
    breached++;
  }
  return { breached, held: breached, value: null };
}

/** How long the subject may be silent; `undefined` while that is not known. */
function silenceMs(
  { afterMs, factor = LEARNING.factor, levels }: AbsenceParams,
  { learned }: Memory,
  level: number,
): number | undefined {
  if (level > 0) return levels?.[level - 1]?.afterMs;
  if (afterMs !== undefined) return afterMs;
  if (learned === undefined || learned.gapsMs.length < LEARNING.minGaps) return undefined;
  const sorted = learned.gapsMs.toSorted((a, b) => a - b);
  // Of an even number the greater of the middle two: patience costs less than a false alert.
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.max(LEARNING.minAfterMs, Math.ceil(factor * median));
}

function parseParams(input: unknown): Checked<AbsenceParams> {
  if (input !== undefined && !isRecord(input)) return noParams('{"afterMs": 300000}');
  const { per = 'series', ...given } = input ?? {};
  const problems = unknownFields(given, ['per', 'afterMs', 'factor', 'levels'], 'params.');
  if (per !== 'series' && per !== 'device') {
    problems.push({ field: 'params.per', fault: 'must be series or device' });
  }
  const checked =
    given['afterMs'] === undefined ? parseLearned(given, problems) : parseGiven(given, problems);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { per: per as AbsenceSubject, ...checked } };
}

function parseLearned(
  input: Record<string, unknown>,
  problems: FieldProblem[],
): Pick<AbsenceParams, 'factor'> {
  const factor = input['factor'] ?? LEARNING.factor;
  if (typeof factor !== 'number' || !(factor > 1 && factor <= LEARNING.maxFactor)) {
    const fault = `must be a number greater than 1, at most ${LEARNING.maxFactor}, e.g. ${LEARNING.factor}`;
    problems.push({ field: 'params.factor', fault });
  }
  if (input['levels'] !== undefined) {
    problems.push({ field: 'params.levels', fault: 'needs afterMs, e.g. 300000 for 5 minutes' });
  }
  return { factor: factor as number };
}

function parseGiven(
  input: Record<string, unknown>,
  problems: FieldProblem[],
): Pick<AbsenceParams, 'afterMs' | 'levels'> {
  if (input['factor'] !== undefined) {
    const fault = 'does not go with afterMs: it belongs to a time that is learned; leave out one of them';
    problems.push({ field: 'params.factor', fault });
  }
  const afterMs = parseInteger(input['afterMs'], 'params.afterMs', AFTER_TERMS, problems);
  const terms = { ...AFTER_TERMS, example: '3600000 for 1 hour', field: 'afterMs', first: afterMs } as const;
  const levels = parseLadder(input['levels'], 'params.levels', terms, problems);
  return { ...(afterMs === undefined ? {} : { afterMs }), ...(levels.length === 0 ? {} : { levels }) };
}
