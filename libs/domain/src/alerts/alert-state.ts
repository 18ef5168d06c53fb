import { isRecord } from './checking.js';
import { type Checked, type FieldProblem } from './rule-kind.js';

/** How far one level of a rule has come. A level without a state is inactive. */
export interface LevelState {
  /** Event time since when the level has been breached without a break; of a firing one, since when before it fired. */
  readonly sinceMs: number;
  /** False while the breach has not lasted as long as the rule wants (pending). */
  readonly isFiring: boolean;
  /** Event time since when the level has been clear without a break, or null while it is not. Null while pending. */
  readonly clearingSinceMs: number | null;
}

/** How far the evaluation of one rule over one subject has come. Plain JSON. */
export interface AlertState {
  /** Event time up to which history has been evaluated, epoch milliseconds. Observations at or before it are late. */
  readonly evaluatedToMs: number;
  /** Event time up to which changes that come with time alone have been taken in. */
  readonly settledToMs: number;
  /**
   * How far the newest observation lay behind the moment of its arrival, milliseconds: the device's delay and the fault
   * of its clock together. Negative where the clock is ahead. Turns event times into the wall times of timers.
   */
  readonly lagMs: number;
  /** What the rule's kind remembers of the subject; null where the rule was changed and nothing was observed since. */
  readonly memory: object | null;
  /** Of the first levels, those that are pending or firing; a level is only where the one below it is. */
  readonly levels: readonly LevelState[];
}

/** How many levels are firing; 0 where no alert is open. */
export function firingLevels(state: AlertState): number {
  return state.levels.filter((level) => level.isFiring).length;
}

/** Event time since when the open alert's condition held; `undefined` where no alert is open. */
export function openSinceMs({ levels: [first] }: AlertState): number | undefined {
  return first?.isFiring === true ? first.sinceMs : undefined;
}

/** Checks a state that was stored as JSON. Unknown fields are left out; the memory is its kind's affair. */
export function parseAlertState(input: unknown): Checked<AlertState> {
  if (!isRecord(input)) return { ok: false, problems: [{ field: '', fault: 'must be an object' }] };
  const problems: FieldProblem[] = [];
  const number = (value: unknown, field: string): number => {
    if (!Number.isFinite(value)) problems.push({ field, fault: 'must be a number' });
    return value as number;
  };
  const [evaluatedToMs, settledToMs, lagMs] = (['evaluatedToMs', 'settledToMs', 'lagMs'] as const).map(
    (field) => number(input[field], field),
  ) as [number, number, number];
  const { memory } = input;
  if (memory !== null && !isRecord(memory))
    problems.push({ field: 'memory', fault: 'must be an object or null' });
  const levels: LevelState[] = [];
  if (!Array.isArray(input['levels'])) problems.push({ field: 'levels', fault: 'must be a list' });
  else {
    for (const [index, level] of (input['levels'] as unknown[]).entries()) {
      const field = `levels[${index}]`;
      if (!isRecord(level) || typeof level['isFiring'] !== 'boolean') {
        problems.push({ field, fault: 'must be an object with isFiring' });
        continue;
      }
      const clearing = level['clearingSinceMs'] ?? null;
      levels.push({
        sinceMs: number(level['sinceMs'], `${field}.sinceMs`),
        isFiring: level['isFiring'],
        clearingSinceMs: clearing === null ? null : number(clearing, `${field}.clearingSinceMs`),
      });
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { evaluatedToMs, settledToMs, lagMs, memory: memory as object | null, levels } };
}
