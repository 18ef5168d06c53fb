import {
  advance,
  alertIdOf,
  type AlertState,
  type AlertTransition,
  applyObservation,
  beginWith,
  type CompiledRule,
  type DeviceLabels,
  dueAtMs,
  summarise,
  timerAtMs,
} from '@fieldstream/domain';
import type {
  AlertStateKey,
  PartitionCheckpoint,
  RecordedTransition,
  StoredAlertState,
} from '@fieldstream/timescale';
import { stateKeyOf, type EvaluationStates } from './evaluation-states.js';
import type { MatchedObservation } from './matched-observation.js';
import type { Misfit } from './rule-revision.js';
import type { RuleSet } from './rule-set.js';

interface Loaded {
  readonly position: bigint | undefined;
  readonly states: Map<string, StoredAlertState>;
}

/**
 * What one transaction is going to change. What is in memory stays as it is until the transaction has been committed and
 * `applyTo` is called; a transaction that fails leaves nothing behind.
 */
export class EvaluationDraft {
  readonly transitions: RecordedTransition[] = [];
  /** Those of the transitions that were not known before. */
  recorded: readonly RecordedTransition[] = [];
  private readonly loaded = new Map<number, Loaded>();
  private readonly changed = new Map<string, StoredAlertState>();
  private readonly removed = new Map<string, StoredAlertState>();
  private readonly moves = new Map<number, bigint>();

  /** @param memory What was committed last. */
  constructor(
    private readonly memory: EvaluationStates,
    private readonly rules: RuleSet,
    private readonly labelsOf: (deviceId: string) => DeviceLabels,
  ) {}

  /** States to be written. */
  get states(): readonly StoredAlertState[] {
    return [...this.changed.values()];
  }

  /** States to be deleted. */
  get removals(): readonly AlertStateKey[] {
    return [...this.removed.values()];
  }

  /** From now on the partition's states are these, read in this transaction. */
  load(partition: number, { position, states }: PartitionCheckpoint): void {
    const entries = states.map((state) => [stateKeyOf(state), state] as const);
    this.loaded.set(partition, { position, states: new Map(entries) });
  }

  /** Takes over a state that is stored under another partition, which its device has left. */
  adopt(state: StoredAlertState): void {
    this.change(stateKeyOf(state), state, state.state);
  }

  find(partition: number, key: string): StoredAlertState | undefined {
    if (this.removed.has(key)) return undefined;
    const changed = this.changed.get(key);
    if (changed) return changed;
    const loaded = this.loaded.get(partition);
    return loaded ? loaded.states.get(key) : this.memory.get(partition, key);
  }

  /** Applies an observation. Returns false for a late one, which changes nothing. */
  apply(partition: number, matched: MatchedObservation): boolean {
    const { compiled, key, observation } = matched;
    const before = this.find(partition, key);
    const step = applyObservation(compiled.terms, before?.state, observation);
    if (step === 'late') return false;
    const base = before ?? newState(partition, matched, step.state);
    this.change(key, base, step.state);
    this.record(compiled, base, step.transitions);
    return true;
  }

  /**
   * Begins an evaluation with what was observed last, or begins one anew whose rule was changed; nothing where one is going on.
   */
  begin(partition: number, matched: MatchedObservation): void {
    const { compiled, key, observation } = matched;
    const before = this.find(partition, key);
    if (before !== undefined && before.state.memory !== null) return;
    const step = beginWith(compiled.terms, before?.state, observation);
    const base = before ?? newState(partition, matched, step.state);
    this.change(key, base, step.state);
    this.record(compiled, base, step.transitions);
  }

  /** Lets the timer of a state fire, if it is due at a wall time. */
  fireTimer(state: StoredAlertState, nowMs: number): void {
    const compiled = this.rules.index.find(state.ruleId);
    if (!compiled) return;
    const timerMs = timerAtMs(compiled.terms, state.state);
    const dueMs = dueAtMs(compiled.terms, state.state);
    if (timerMs === undefined || dueMs === undefined || timerMs > nowMs) return;
    const step = advance(compiled.terms, state.state, dueMs);
    this.change(stateKeyOf(state), state, step.state);
    this.record(compiled, state, step.transitions);
  }

  /** Replaces or removes a state that fits its rule no more. */
  revise({ state, next }: Misfit, closing: RecordedTransition | undefined): void {
    const key = stateKeyOf(state);
    if (next) this.change(key, next, next.state);
    else {
      this.changed.delete(key);
      this.removed.set(key, state);
    }
    if (closing) this.transitions.push(closing);
  }

  /** The partition will stand at this offset. */
  moveTo(partition: number, position: bigint): void {
    this.moves.set(partition, position);
  }

  /** Makes memory what the database is after the commit. Returns the states whose timers may have changed. */
  applyTo(memory: EvaluationStates): readonly StoredAlertState[] {
    for (const [partition, { position, states }] of this.loaded) {
      memory.load(partition, position, [...states.values()]);
    }
    for (const state of this.removed.values()) memory.remove(state);
    for (const state of this.changed.values()) memory.put(state);
    for (const [partition, position] of this.moves) memory.move(partition, position);
    const touched = [...this.changed.values()];
    for (const [partition, { states }] of this.loaded) {
      for (const key of states.keys()) {
        const held = memory.get(partition, key);
        if (held) touched.push(held);
      }
    }
    return touched;
  }

  /** However often a state changes in one transaction, its version grows by one. */
  private change(key: string, base: StoredAlertState, state: AlertState): void {
    const version = this.changed.get(key)?.version ?? base.version + 1;
    const revision = this.rules.revisionOf(base.ruleId);
    this.changed.set(key, { ...base, revision, version, state });
  }

  private record(
    compiled: CompiledRule,
    subject: AlertStateKey,
    transitions: readonly AlertTransition[],
  ): void {
    const { rule } = compiled;
    const { deviceId, metric } = subject;
    for (const found of transitions) {
      const { transition, level, fromLevel, atMs, startedAtMs, value, text = null } = found;
      this.transitions.push({
        alertId: alertIdOf(subject, startedAtMs),
        transition,
        ruleId: rule.id,
        ruleName: rule.name,
        description: rule.description,
        severity: compiled.severities[(level || fromLevel) - 1] ?? rule.severity,
        deviceId,
        metric,
        labels: this.labelsOf(deviceId),
        atMs,
        startedAtMs,
        value,
        text,
        summary: summarise(rule, subject, found),
        resolvedBy: 'cleared',
        channels: rule.notify.channels,
      });
    }
  }
}

function newState(
  partition: number,
  { compiled, deviceId, metric }: MatchedObservation,
  state: AlertState,
): StoredAlertState {
  const { rule, source, condition } = compiled;
  return { ruleId: rule.id, deviceId, metric, source, partition, revision: 0, condition, version: 0, state };
}
