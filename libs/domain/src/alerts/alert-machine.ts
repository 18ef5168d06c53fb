import { firingLevels, openSinceMs, type AlertState, type LevelState } from './alert-state.js';
import { type Assessment, type Observation } from './rule-kind.js';

/**
 * The evaluation of one rule over one subject, in event time. What an observation brought holds until the next one
 * (step semantics), but for what the rule's kind lets change with time. So the outcome depends on the observations
 * alone: not on when they arrived, how they were batched, or whether a timer or the next observation noticed that a
 * duration had passed.
 *
 * Each level is evaluated for itself; the alert is open while the first is firing, and its severity is that of the
 * highest that is.
 *
 * - Inactive: a breach starts a run; after `forMs` (at once where it is 0) the level fires.
 * - Pending: what does not breach ends the run, even within the hysteresis: `forMs` means unbroken.
 * - Firing: what is clear starts the way out; after `clearForMs` (at once where it is 0) the level is inactive. What is not
 *   clear, even within the hysteresis, stops the way out.
 *
 * At one moment, durations that end come first, then what changes with time, then the observation.
 */
export interface AlertTerms {
  readonly forMs: number;
  readonly clearForMs: number;
  /**
   * Whether an observation at the moment of the last one counts: of connections the log tells which came later, and of a
   * device as a whole each metric is one. Otherwise it is late: a series has one value at a moment.
   */
  readonly takesTies: boolean;
  observe(memory: object | undefined, observation: Observation): object;
  assess(memory: object, atMs: number): Assessment;
  changesAtMs(memory: object, afterMs: number): number | undefined;
}

/** An observation of the subject, and when the platform received it, epoch milliseconds. */
export interface ReceivedObservation extends Observation {
  readonly receivedAtMs: number;
}

/** An alert that opened, changed its severity, or closed. */
export interface AlertTransition {
  readonly transition: 'firing' | 'severity' | 'resolved';
  /** How many levels fire from now on; 0 for a resolved alert. */
  readonly level: number;
  /** How many fired before. */
  readonly fromLevel: number;
  /** Event time: exactly when the duration had passed, whoever noticed it when. */
  readonly atMs: number;
  /** Event time since when the condition held; with rule and subject it identifies the alert. */
  readonly startedAtMs: number;
  /** What held when it came about; where a duration ended, what had held until then. */
  readonly value: number | null;
  readonly text?: string;
}

/** What evaluating brought. */
export interface AlertStep {
  readonly state: AlertState;
  /** In order of event time. */
  readonly transitions: readonly AlertTransition[];
}

/**
 * Applies an observation: first whatever was due before it, then what it brings. `undefined` for the first of a subject.
 * @returns `'late'` for one at or before what has been evaluated: it changes nothing.
 */
export function applyObservation(
  terms: AlertTerms,
  before: AlertState | undefined,
  observation: ReceivedObservation,
): AlertStep | 'late' {
  const { timeMs, receivedAtMs } = observation;
  if (before !== undefined && isLate(terms, before, timeMs)) return 'late';
  const due = before && advance(terms, before, timeMs);
  const observed: AlertState = {
    evaluatedToMs: timeMs,
    settledToMs: timeMs,
    lagMs: receivedAtMs - timeMs,
    memory: terms.observe(due?.state.memory ?? undefined, observation),
    levels: due?.state.levels ?? [],
  };
  const applied = settle(terms, observed, timeMs);
  if (due === undefined || due.transitions.length === 0) return applied;
  return { state: applied.state, transitions: [...due.transitions, ...applied.transitions] };
}

/**
 * Begins, or begins anew, with what was observed last, also where later observations have been evaluated under other terms.
 * What is due since then is due at once.
 */
export function beginWith(
  terms: AlertTerms,
  before: AlertState | undefined,
  { timeMs, receivedAtMs, value }: ReceivedObservation,
): AlertStep {
  const state: AlertState = {
    evaluatedToMs: Math.max(before?.evaluatedToMs ?? timeMs, timeMs),
    settledToMs: timeMs,
    lagMs: before?.lagMs ?? receivedAtMs - timeMs,
    memory: terms.observe(undefined, { timeMs, value }),
    levels: [],
  };
  return settle(terms, state, timeMs);
}

/**
 * Lets event time pass without an observation. What ends or changes at or before `toMs` does so at its own moment, and
 * everything before the last of these counts as evaluated. If there is none, the state stays as it is.
 */
export function advance(terms: AlertTerms, state: AlertState, toMs: number): AlertStep {
  const transitions: AlertTransition[] = [];
  let current = state;
  for (;;) {
    const dueMs = durationEndsAtMs(terms, current);
    const changeMs = outcomeChangesAtMs(terms, current, toMs);
    const atMs = Math.min(dueMs ?? Infinity, changeMs ?? Infinity);
    if (atMs > toMs) return { state: current, transitions };
    // An observation of that very moment comes after, so it is not late.
    const evaluatedToMs = Math.max(current.evaluatedToMs, terms.takesTies ? atMs : atMs - 1);
    const reached = { ...current, evaluatedToMs };
    const step =
      dueMs === atMs
        ? endDurations(terms, reached, atMs)
        : settle(terms, { ...reached, settledToMs: atMs }, atMs);
    transitions.push(...step.transitions);
    current = step.state;
  }
}

/** Event time at which something ends or changes if no further observation comes; `undefined` if nothing does. */
export function dueAtMs(terms: AlertTerms, state: AlertState): number | undefined {
  const durationMs = durationEndsAtMs(terms, state);
  const changeMs = outcomeChangesAtMs(terms, state, durationMs ?? Infinity);
  if (durationMs === undefined || changeMs === undefined) return durationMs ?? changeMs;
  return Math.min(durationMs, changeMs);
}

/**
 * Wall time at which a timer may take it that no observation from before `dueAtMs` is still on its way: the due time, in
 * the device's own delay and clock. Backfill of old readings therefore does not fire before the rest has come.
 */
export function timerAtMs(terms: AlertTerms, state: AlertState): number | undefined {
  const dueMs = dueAtMs(terms, state);
  return dueMs === undefined ? undefined : dueMs + state.lagMs;
}

function isLate(terms: AlertTerms, { evaluatedToMs }: AlertState, timeMs: number): boolean {
  return terms.takesTies ? timeMs < evaluatedToMs : timeMs <= evaluatedToMs;
}

/** When the first duration of a level ends, if what holds now holds until then. */
function durationEndsAtMs(terms: AlertTerms, { levels }: AlertState): number | undefined {
  let endMs: number | undefined;
  for (const level of levels) {
    const levelEndMs = levelEndsAtMs(terms, level);
    if (levelEndMs !== undefined && (endMs === undefined || levelEndMs < endMs)) endMs = levelEndMs;
  }
  return endMs;
}

function levelEndsAtMs(
  terms: AlertTerms,
  { isFiring, sinceMs, clearingSinceMs }: LevelState,
): number | undefined {
  if (!isFiring) return sinceMs + terms.forMs;
  return clearingSinceMs === null ? undefined : clearingSinceMs + terms.clearForMs;
}

/** When time alone changes what holds in a way that matters to the levels, if that is at or before `untilMs`. */
function outcomeChangesAtMs(
  terms: AlertTerms,
  { memory, settledToMs, levels }: AlertState,
  untilMs: number,
): number | undefined {
  if (memory === null) return undefined;
  let atMs = terms.changesAtMs(memory, settledToMs);
  if (atMs === undefined || atMs > untilMs) return undefined;
  const { breached, held } = terms.assess(memory, settledToMs);
  while (atMs !== undefined && atMs <= untilMs) {
    const next = terms.assess(memory, atMs);
    // What is held tells on levels alone that are pending or firing.
    if (next.breached !== breached || (next.held !== held && levels.length > 0)) return atMs;
    atMs = terms.changesAtMs(memory, atMs);
  }
  return undefined;
}

/** Takes in what holds from now on, and ends the durations that are none. */
function settle(terms: AlertTerms, state: AlertState, atMs: number): AlertStep {
  const { breached, held } = assess(terms, state, atMs);
  if (state.levels.length === 0 && breached === 0) return { state, transitions: [] };
  const levels: LevelState[] = [];
  for (let index = 0; index < Math.max(breached, state.levels.length); index++) {
    const level = state.levels[index];
    if (level?.isFiring === true) {
      const clearingSinceMs = index >= held ? (level.clearingSinceMs ?? atMs) : null;
      levels.push({ ...level, clearingSinceMs });
    } else if (breached > index) {
      levels.push(level ?? { sinceMs: atMs, isFiring: false, clearingSinceMs: null });
    }
  }
  return endDurations(terms, { ...state, levels }, atMs);
}

/** Fires and clears the levels whose duration has passed. */
function endDurations(terms: AlertTerms, state: AlertState, atMs: number): AlertStep {
  const levels: LevelState[] = [];
  for (const level of state.levels) {
    const endMs = levelEndsAtMs(terms, level);
    if (endMs === undefined || endMs > atMs) levels.push(level);
    else if (!level.isFiring) levels.push({ ...level, isFiring: true });
  }
  const after = { ...state, levels };
  const [fromLevel, level] = [firingLevels(state), firingLevels(after)];
  if (fromLevel === level) return { state: after, transitions: [] };
  const transition = fromLevel === 0 ? 'firing' : level === 0 ? 'resolved' : 'severity';
  const startedAtMs = openSinceMs(level === 0 ? state : after) ?? atMs;
  // A duration ends before what changes with time at that moment: what had held until then is what counts.
  const { value, text } = assess(terms, state, Math.max(state.settledToMs, atMs - 1));
  const told: AlertTransition = { transition, level, fromLevel, atMs, startedAtMs, value };
  return { state: after, transitions: [text === undefined ? told : { ...told, text }] };
}

const NOTHING: Assessment = { breached: 0, held: 0, value: null };

function assess(terms: AlertTerms, { memory }: AlertState, atMs: number): Assessment {
  return memory === null ? NOTHING : terms.assess(memory, atMs);
}
