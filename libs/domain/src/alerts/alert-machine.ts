import { type AlertState } from './alert-state.js';

/**
 * The evaluation of one rule over one series, in event time. A value holds from its reading until the next reading
 * of the series (step semantics), so the outcome depends on the readings alone: not on when they arrived, how they
 * were batched, or whether a timer or the next reading noticed that a duration had passed.
 */
export interface AlertTerms {
  readonly forMs: number;
  readonly clearForMs: number;
  breaches(value: number): boolean;
  /** Never true for a value that breaches. */
  clears(value: number): boolean;
}

/** A numeric reading of the series. */
export interface AlertReading {
  /** Observation time, epoch milliseconds. */
  readonly timeMs: number;
  /** When the platform received it, epoch milliseconds. */
  readonly receivedAtMs: number;
  readonly value: number;
}

/** An alert that opened or closed. */
export interface AlertTransition {
  readonly transition: 'firing' | 'resolved';
  /** Event time: exactly when the duration had passed, whoever noticed it when. */
  readonly atMs: number;
  /** Event time since when the condition held; with rule and series it identifies the alert. */
  readonly startedAtMs: number;
  /** The value that held at `atMs`. */
  readonly value: number;
}

/** What evaluating brought. */
export interface AlertStep {
  readonly state: AlertState;
  /** In order of event time. At most two: a duration that had passed, then the reading itself. */
  readonly transitions: readonly AlertTransition[];
}

/**
 * Applies a reading: first whatever was due before it, then its value. `undefined` for the first reading of a series.
 *
 * - Inactive: a value that breaches starts a run; after `forMs` (at once where it is 0) the alert fires.
 * - Pending: a value that does not breach ends the run, even one between the thresholds: `forMs` means unbroken.
 * - Firing: a value that clears starts the way out; after `clearForMs` (at once where it is 0) the alert is resolved. A value
 *   that does not clear, even one between the thresholds, stops the way out. So hysteresis holds an alert open.
 *
 * @returns `'late'` for a reading at or before what has been evaluated: it changes nothing.
 */
export function applyReading(
  terms: AlertTerms,
  before: AlertState | undefined,
  reading: AlertReading,
): AlertStep | 'late' {
  if (before !== undefined && reading.timeMs <= before.evaluatedToMs) return 'late';
  const due = before && advance(terms, before, reading.timeMs);
  const applied = applyValue(terms, due?.state, reading);
  if (due === undefined || due.transitions.length === 0) return applied;
  return { state: applied.state, transitions: [...due.transitions, ...applied.transitions] };
}

/**
 * Lets event time pass without a reading. A duration that ends at or before `toMs` ends then, not at `toMs`, and
 * everything before its end counts as evaluated. Otherwise the state stays as it is.
 */
export function advance(terms: AlertTerms, state: AlertState, toMs: number): AlertStep {
  const dueMs = dueAtMs(terms, state);
  if (dueMs === undefined || dueMs > toMs || state.phase === 'inactive') return { state, transitions: [] };
  const { lagMs, value } = state;
  // Not `dueMs` itself: a reading of that very moment is applied after the transition, so it is not late.
  const evaluatedToMs = Math.max(state.evaluatedToMs, dueMs - 1);
  if (state.phase === 'pending') {
    const startedAtMs = state.sinceMs;
    return {
      state: { phase: 'firing', evaluatedToMs, lagMs, startedAtMs, clearingSinceMs: null, value },
      transitions: [{ transition: 'firing', atMs: dueMs, startedAtMs, value }],
    };
  }
  const { startedAtMs } = state;
  return {
    state: { phase: 'inactive', evaluatedToMs, lagMs },
    transitions: [{ transition: 'resolved', atMs: dueMs, startedAtMs, value }],
  };
}

/** Event time at which the state changes if no further reading comes; `undefined` if it then stays for ever. */
export function dueAtMs(terms: AlertTerms, state: AlertState): number | undefined {
  if (state.phase === 'pending') return state.sinceMs + terms.forMs;
  if (state.phase === 'firing' && state.clearingSinceMs !== null)
    return state.clearingSinceMs + terms.clearForMs;
  return undefined;
}

/**
 * Wall time at which a timer may take it that no reading from before `dueAtMs` is still on its way: the due time, in
 * the device's own delay and clock. Backfill of old readings therefore does not fire before the rest has come.
 */
export function timerAtMs(terms: AlertTerms, state: AlertState): number | undefined {
  const dueMs = dueAtMs(terms, state);
  return dueMs === undefined ? undefined : dueMs + state.lagMs;
}

function applyValue(terms: AlertTerms, before: AlertState | undefined, reading: AlertReading): AlertStep {
  const { timeMs, value } = reading;
  const evaluated = { evaluatedToMs: timeMs, lagMs: reading.receivedAtMs - timeMs };
  if (before?.phase === 'firing') {
    const { startedAtMs } = before;
    const clearingSinceMs = terms.clears(value) ? (before.clearingSinceMs ?? timeMs) : null;
    const state: AlertState = { phase: 'firing', ...evaluated, startedAtMs, clearingSinceMs, value };
    return advance(terms, state, timeMs);
  }
  if (!terms.breaches(value)) return { state: { phase: 'inactive', ...evaluated }, transitions: [] };
  const sinceMs = before?.phase === 'pending' ? before.sinceMs : timeMs;
  return advance(terms, { phase: 'pending', ...evaluated, sinceMs, value }, timeMs);
}
