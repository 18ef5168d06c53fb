import { isRecord } from './checking.js';
import { type Checked, type FieldProblem } from './rule-kind.js';

interface Evaluated {
  /** Event time up to which history has been evaluated, epoch milliseconds. Readings at or before it are late. */
  readonly evaluatedToMs: number;
  /**
   * How far the newest reading lay behind the moment of its arrival, milliseconds: the device's delay and the fault of
   * its clock together. Negative where the clock is ahead. Turns event times into the wall times of timers.
   */
  readonly lagMs: number;
}

/** Nothing is wrong. */
export interface Inactive extends Evaluated {
  readonly phase: 'inactive';
}

/** The condition holds, but not yet for as long as the rule wants. */
export interface Pending extends Evaluated {
  readonly phase: 'pending';
  /** Event time of the first reading of the unbroken run that breaches. */
  readonly sinceMs: number;
  /** The value that holds now. */
  readonly value: number;
}

/** The alert is open. */
export interface Firing extends Evaluated {
  readonly phase: 'firing';
  /** Event time since when the condition held. */
  readonly startedAtMs: number;
  /** Event time of the first reading of the unbroken run that is clear, or null while it is not. */
  readonly clearingSinceMs: number | null;
  /** The value that holds now. */
  readonly value: number;
}

/** How far the evaluation of one rule over one series has come. Plain JSON. */
export type AlertState = Inactive | Pending | Firing;

/** Fields by phase, each a finite number; `clearingSinceMs` apart, which may be null. */
const FIELDS: Readonly<Record<AlertState['phase'], readonly string[]>> = {
  inactive: ['evaluatedToMs', 'lagMs'],
  pending: ['evaluatedToMs', 'lagMs', 'sinceMs', 'value'],
  firing: ['evaluatedToMs', 'lagMs', 'startedAtMs', 'value'],
};

/** Checks a state that was stored as JSON. Unknown fields are left out. */
export function parseAlertState(input: unknown): Checked<AlertState> {
  const phase = isRecord(input) ? input['phase'] : undefined;
  if (!isRecord(input) || (phase !== 'inactive' && phase !== 'pending' && phase !== 'firing')) {
    return { ok: false, problems: [{ field: 'phase', fault: 'must be inactive, pending or firing' }] };
  }
  const problems: FieldProblem[] = [];
  const state: Record<string, unknown> = { phase };
  for (const field of FIELDS[phase]) {
    state[field] = input[field];
    if (!Number.isFinite(input[field])) problems.push({ field, fault: 'must be a number' });
  }
  if (phase === 'firing') {
    const since = input['clearingSinceMs'] ?? null;
    state['clearingSinceMs'] = since;
    if (since !== null && !Number.isFinite(since)) {
      problems.push({ field: 'clearingSinceMs', fault: 'must be a number or null' });
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: state as unknown as AlertState };
}
