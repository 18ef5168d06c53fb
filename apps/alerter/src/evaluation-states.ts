import { timerAtMs, type RuleIndex } from '@fieldstream/domain';
import type { AlertStateKey, StoredAlertState } from '@fieldstream/timescale';
import { DueQueue } from './due-queue.js';

/** Names a state in memory: neither a rule ID nor a device ID holds a slash. */
export function stateKeyOf({ ruleId, deviceId, metric }: AlertStateKey): string {
  return `${ruleId}/${deviceId}/${metric}`;
}

interface Timer {
  readonly partition: number;
  readonly key: string;
}

/** What is in memory of one partition: a copy of what the database holds at `position`. */
interface PartitionStates {
  readonly position: bigint | undefined;
  readonly states: Map<string, StoredAlertState>;
  /** When the timer of a state is due that is in the queue. */
  readonly timers: Map<string, number>;
  /** Not to be used before it has been read anew. */
  readonly isStale: boolean;
}

/**
 * The states of the assigned partitions, and their timers. Changed only after the transaction has been committed that
 * changed the same in the database.
 */
export class EvaluationStates {
  private readonly partitions = new Map<number, PartitionStates>();
  private readonly queue = new DueQueue<Timer>();

  has(partition: number): boolean {
    return this.partitions.has(partition);
  }

  /** The partitions that are assigned, in order. */
  assigned(): readonly number[] {
    return [...this.partitions.keys()].sort((a, b) => a - b);
  }

  /** Whether what is in memory of a partition is what the database holds at a position. */
  isAt(partition: number, position: bigint | undefined): boolean {
    const held = this.partitions.get(partition);
    return held !== undefined && !held.isStale && held.position === position;
  }

  get(partition: number, key: string): StoredAlertState | undefined {
    return this.partitions.get(partition)?.states.get(key);
  }

  /** Every state in memory. */
  *all(): Generator<StoredAlertState> {
    for (const { states } of this.partitions.values()) yield* states.values();
  }

  /** Replaces all that is known of a partition. */
  load(partition: number, position: bigint | undefined, states: readonly StoredAlertState[]): void {
    const entries = states.map((state) => [stateKeyOf(state), state] as const);
    this.partitions.set(partition, { position, states: new Map(entries), timers: new Map(), isStale: false });
  }

  /** What is in memory of a partition may differ from the database. Its timers stay. */
  markStale(partition: number): void {
    const held = this.partitions.get(partition);
    if (held) this.partitions.set(partition, { ...held, isStale: true });
  }

  drop(partition: number): void {
    this.partitions.delete(partition);
  }

  move(partition: number, position: bigint): void {
    const held = this.partitions.get(partition);
    if (held) this.partitions.set(partition, { ...held, position });
  }

  put(state: StoredAlertState): void {
    this.partitions.get(state.partition)?.states.set(stateKeyOf(state), state);
  }

  remove(state: StoredAlertState): void {
    this.partitions.get(state.partition)?.states.delete(stateKeyOf(state));
  }

  /** Sees to it that `takeDue` hands the state out when its timer is due, or before. */
  schedule(state: StoredAlertState, rules: RuleIndex, notBeforeMs = -Infinity): void {
    const terms = rules.find(state.ruleId)?.terms;
    const atMs = terms && timerAtMs(terms, state.state);
    if (atMs === undefined) return;
    const timers = this.partitions.get(state.partition)?.timers;
    const key = stateKeyOf(state);
    const queuedMs = timers?.get(key) ?? Infinity;
    const dueMs = Math.max(atMs, notBeforeMs);
    // One that is queued for earlier comes back here when it is taken: one entry a state is enough.
    if (timers === undefined || queuedMs <= dueMs) return;
    timers.set(key, dueMs);
    this.queue.add({ partition: state.partition, key }, dueMs);
  }

  /** Takes out the states whose timer is due at a moment; whoever takes one schedules it again. */
  takeDue(nowMs: number, rules: RuleIndex): StoredAlertState[] {
    const due: StoredAlertState[] = [];
    const putOff: StoredAlertState[] = [];
    for (const { value, atMs } of this.queue.takeUntil(nowMs)) {
      const held = this.partitions.get(value.partition);
      // Replaced by an earlier one, or of a partition that was read anew.
      if (held?.timers.get(value.key) !== atMs) continue;
      held.timers.delete(value.key);
      const state = held.states.get(value.key);
      const terms = state && rules.find(state.ruleId)?.terms;
      const timerMs = terms && timerAtMs(terms, state.state);
      if (state === undefined || timerMs === undefined) continue;
      // Readings since then may have put it off.
      if (timerMs <= nowMs) due.push(state);
      else putOff.push(state);
    }
    for (const state of putOff) this.schedule(state, rules);
    return due;
  }
}
