import { type MetricValue } from '../reading.js';
import { type Severity } from './severity.js';

/** What is wrong with one field of an input, and what would be valid there. */
export interface FieldProblem {
  /** Path of the field, e.g. `scope.devices[0]`; empty for the input as a whole. */
  readonly field: string;
  /** E.g. `must be a finite number, e.g. 30`. */
  readonly fault: string;
}

/** The outcome of checking an input: the checked value, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** What a rule is told: a value that was observed at a moment. Of a presence, the value is `online` or `offline`. */
export interface Observation {
  /** Observation time, epoch milliseconds. */
  readonly timeMs: number;
  readonly value: MetricValue;
}

/** What holds at a moment, until the next observation or the next moment that `changesAtMs` tells. */
export interface Assessment {
  /** How many levels breach, counted from the first: a value beyond the third level breaches 3. */
  readonly breached: number;
  /** Levels above this number are clear. At least `breached`; what lies between is hysteresis. */
  readonly held: number;
  /** What is compared (the reading, the mean of a window, a rate, a count); null where that is no number. */
  readonly value: number | null;
  /** The text that is compared, where it is one. */
  readonly text?: string;
}

/** Where a rule's observations come from: metrics of devices, or their connections. */
export type RuleSource = 'readings' | 'presence';

/**
 * A kind of alert rule, e.g. `threshold`: turns the observations of one subject into a signal that changes with
 * observations and, for windows and silence, with time. Durations, hysteresis in time and the opening and closing of
 * alerts are the machine's (`alert-machine.ts`). To add a kind, write a file that exports a `RuleKind` and add a line to
 * `RULE_KINDS`. All of it is pure: the same parameters and observations always give the same answer.
 *
 * @typeParam P Checked parameters; plain JSON.
 * @typeParam M What must be remembered of a subject; plain JSON, bounded, never mutated.
 */
export interface RuleKind<P extends object, M extends object> {
  /** Name in `rule.kind`; never changed once rules of this kind are stored. */
  readonly kind: string;
  readonly source: RuleSource;
  /**
   * Whether a rule that is new to a subject begins with what was observed last, however long ago: silence has to be
   * noticed although nothing comes.
   */
  readonly beginsWithLast?: true;
  /** Checks `rule.params`. Fields of the problems start with `params.`. The value survives JSON unchanged. */
  parseParams(input: unknown): Checked<P>;
  /** Whether each series is watched for itself, or each device as a whole. */
  subject(params: P): 'series' | 'device';
  /** Severities of the levels above the first, whose severity is the rule's. */
  higherLevels(params: P): readonly Severity[];
  /** Whether the kind can compare such a value; others are passed over. */
  accepts(params: P, value: MetricValue): boolean;
  /**
   * Takes an observation in; each is later than the one before, of a device as a whole not earlier. `undefined` before the
   * first. Only values that `accepts` lets through come here.
   */
  observe(params: P, memory: M | undefined, observation: Observation): M;
  /** What holds at a moment at or after the last observation. `breached` levels nest: each includes those below it. */
  assess(params: P, memory: M, atMs: number): Assessment;
  /** The first moment after `afterMs` at which the assessment may change without another observation, if there is one. */
  changesAtMs(params: P, memory: M, afterMs: number): number | undefined;
  /**
   * Both conditions of a level (0 for the first) in words, to follow `<metric> of <device> is <value>`: `> 30`, `<= 28`.
   */
  describe(params: P, level: number): RuleWords;
}

export interface RuleWords {
  readonly breach: string;
  readonly clear: string;
  /** What is compared, around the subject's name: `mean over 10 min of temperature of gh-1`. The name itself where left out. */
  readonly signal?: (subject: string) => string;
}
