import type pg from 'pg';
import type { Logger, RuleSource } from '@fieldstream/domain';
import type { KafkaRecord, PartitionBatch } from '@fieldstream/kafka';
import {
  advanceOffsets,
  alertStateStore,
  type Claim,
  claimRanges,
  commitDurably,
  inConsumerTransaction,
  type Queryable,
  recordTransitions,
  type RecordedTransition,
  type RuleStore,
  type StoredAlertState,
} from '@fieldstream/timescale';
import { DraftReader, type MatchedRecords } from './draft-reader.js';
import { type EvaluationCounts, sumCounts } from './evaluation-counts.js';
import { EvaluationDraft } from './evaluation-draft.js';
import { EvaluationStates, stateKeyOf } from './evaluation-states.js';
import type { DeviceLabelBook } from './device-label-book.js';
import { type LastObservations, type LastSubject, lastSubjects } from './last-subjects.js';
import type { Match } from './matched-observation.js';
import { findMisfits } from './rule-revision.js';
import type { RuleSet } from './rule-set.js';
import { Serial } from './serial.js';

/** Told what was evaluated, after the commit; must not throw. */
export interface EvaluationObserver {
  onEvaluated?(counts: EvaluationCounts): void;
  /** Transitions that were recorded and not known before. */
  onTransitions?(transitions: readonly RecordedTransition[]): void;
}

export interface EvaluatorOptions {
  readonly pool: pg.Pool;
  readonly rules: RuleStore;
  /** The rules to begin with. States of rules that are not among them are closed. */
  readonly ruleSet: RuleSet;
  /** Shared by all evaluators of the process. */
  readonly labels: DeviceLabelBook;
  /** Name in `consumer_offset`. */
  readonly consumer: string;
  /** Which rules are evaluated here, and where their observations come from. */
  readonly source: RuleSource;
  /** Logical topic of the observations. */
  readonly topic: string;
  readonly match: Match;
  /** What was observed last, for rules that begin with it. */
  readonly last: LastObservations;
  /** How long after its due time a timer fires, for readings that are still on their way. */
  readonly timerGraceMs: number;
  readonly logger: Logger;
  readonly observer?: EvaluationObserver;
  /** Wall clock, epoch milliseconds. */
  readonly now?: () => number;
}

/** How long a timer waits that was due but could not fire. */
const RETRY_TIMER_MS = 100;

/**
 * Evaluates the rules of one source: observations, timers and changes of rules come in, transitions and their
 * notifications go into the database, together with the states and the offset that they are of. One thing at a time, each
 * in one transaction; memory follows after the commit. Whatever fails changes nothing and can be called again.
 */
export class Evaluator {
  private readonly states = new EvaluationStates();
  private readonly serial = new Serial();
  private readonly now: () => number;
  private readonly reader: DraftReader;
  private ruleSet: RuleSet;
  /** Rules and partitions for which evaluations have begun that begin with what was observed last. */
  private begun = '';

  constructor(private readonly options: EvaluatorOptions) {
    this.ruleSet = options.ruleSet;
    this.now = options.now ?? Date.now;
    this.reader = new DraftReader({ ...options, labelsOf: this.labelsOf, now: this.now });
  }

  /** Logical topic of the observations. */
  get topic(): string {
    return this.options.topic;
  }

  /** The rules in force. */
  get rules(): RuleSet {
    return this.ruleSet;
  }

  private readonly labelsOf = (deviceId: string): ReturnType<DeviceLabelBook['of']> =>
    this.options.labels.of(deviceId);

  /** Reads the checkpoints of partitions that have been assigned. @throws DatabaseError */
  assign(partitions: readonly number[]): Promise<void> {
    return this.serial.run(() =>
      this.commit('reading alert states', partitions, async (client, draft) => {
        await this.reader.load(client, draft, this.ruleSet, partitions);
        await write(client, draft);
      }),
    );
  }

  /** Forgets partitions that are another member's now. */
  revoke(partitions: readonly number[]): Promise<void> {
    return this.serial.run(() => {
      for (const partition of partitions) this.states.drop(partition);
      return Promise.resolve();
    });
  }

  /**
   * Applies of the batches what nobody has applied yet. Resolves when their offsets are stored.
   * @throws DatabaseError
   */
  evaluate(batches: readonly PartitionBatch[]): Promise<void> {
    return this.serial.run(() => this.evaluateNow(batches));
  }

  /**
   * Puts other rules in force. Alerts of rules that evaluate something else now, or nothing, are resolved.
   * @throws DatabaseError; then the old rules stay in force.
   */
  useRules(rules: RuleSet): Promise<void> {
    return this.serial.run(async () => {
      const before = this.ruleSet;
      this.ruleSet = rules;
      try {
        await this.reviseAll(rules);
      } catch (error) {
        this.ruleSet = before;
        throw error;
      }
    });
  }

  /**
   * Resolves alerts of devices whose labels no longer fit, after the label book has changed.
   * @throws DatabaseError; then it must be called again.
   */
  reviseLabels(): Promise<void> {
    return this.serial.run(() => this.reviseAll(this.ruleSet));
  }

  /**
   * Begins the evaluations of rules that begin with what was observed last, where they have not begun: after a change of the
   * rules, or of the assigned partitions.
   * @throws DatabaseError; KafkaError. Then it must be called again.
   */
  async beginWithLast(): Promise<void> {
    const rules = this.ruleSet;
    const wanted = rules.index.ofSource(this.options.source).filter((compiled) => compiled.beginsWithLast);
    const partitions = this.states.assigned();
    const revisions = wanted.map(({ rule }) => [rule.id, rules.revisionOf(rule.id)]);
    const begun = JSON.stringify([revisions, partitions]);
    if (begun === this.begun) return;
    const subjects =
      wanted.length === 0 || partitions.length === 0
        ? []
        : await lastSubjects(this.options.last, wanted, this.labelsOf, this.now());
    await this.serial.run(async () => {
      // What was found is of the rules of before: those that changed meanwhile begin with the next call.
      if (this.ruleSet !== rules) return;
      if (subjects.length > 0) await this.beginNow(subjects, partitions);
      this.begun = begun;
    });
  }

  /**
   * Lets timers fire that are due.
   * @param isCaughtUp Whether all that is in a partition at some moment after the call has been evaluated: a timer
   * must not overtake a reading.
   * @throws DatabaseError, or what `isCaughtUp` throws; the timers are tried again later.
   */
  async fireTimers(isCaughtUp: (partition: number) => Promise<boolean>): Promise<void> {
    const nowMs = this.now() - this.options.timerGraceMs;
    const due = this.states.takeDue(nowMs, this.ruleSet.index);
    if (due.length === 0) return;
    try {
      const partitions = partitionsOf(due);
      const answers = await Promise.all(partitions.map((partition) => isCaughtUp(partition)));
      const caughtUp = partitions.filter((_, index) => answers[index]);
      if (caughtUp.length > 0) await this.serial.run(() => this.fireNow(due, caughtUp, nowMs));
    } finally {
      // Those that have fired have no timer any more, or another one.
      for (const { partition, ...key } of due) {
        const state = this.states.get(partition, stateKeyOf(key));
        if (state) this.states.schedule(state, this.ruleSet.index, nowMs + RETRY_TIMER_MS);
      }
    }
  }

  private async evaluateNow(batches: readonly PartitionBatch[]): Promise<void> {
    const rules = this.ruleSet;
    const records = batches.flatMap((batch) => batch.records);
    const matched: MatchedRecords = new Map(
      records.map((record) => [record, this.options.match(record.value, rules.index, this.labelsOf)]),
    );
    let counts: readonly EvaluationCounts[] = [];
    await this.commit('evaluating observations', partitionsOf(batches), async (client, draft) => {
      const claims = await claimRanges(client, this.options.consumer, batches);
      await this.reader.load(client, draft, rules, this.findStale(batches, claims));
      await this.reader.adopt(client, draft, rules, claims, matched);
      counts = claims.map((claim) => applyClaim(draft, claim, matched));
      await write(client, draft);
      const advances = claims.map((claim, index) => advanceOf(claim, counts[index]));
      await advanceOffsets(client, this.options.consumer, advances);
    });
    this.options.observer?.onEvaluated?.(sumCounts(counts));
  }

  private async fireNow(
    due: readonly StoredAlertState[],
    caughtUp: readonly number[],
    nowMs: number,
  ): Promise<void> {
    await this.commit('firing timers', caughtUp, async (client, draft) => {
      const owned = await this.lockOwned(client, draft, caughtUp);
      for (const { partition, ...key } of due) {
        const state = owned.has(partition) && draft.find(partition, stateKeyOf(key));
        if (state) draft.fireTimer(state, nowMs);
      }
      await write(client, draft);
    });
  }

  private async beginNow(subjects: readonly LastSubject[], partitions: readonly number[]): Promise<void> {
    await this.commit('beginning evaluations', partitions, async (client, draft) => {
      const owned = await this.lockOwned(client, draft, partitions);
      const fresh = subjects.filter(({ partition, matched }) => {
        const held = owned.has(partition) ? draft.find(partition, matched.key) : null;
        return held === undefined || held?.state.memory === null;
      });
      const keys = fresh.map(({ matched }) => ({ ...matched, ruleId: matched.compiled.rule.id }));
      // One that stands under another partition moves here with the device's next observation.
      const stored = await alertStateStore.find(client, keys);
      const elsewhere = new Set(
        stored.states.filter(({ partition }) => !owned.has(partition)).map(stateKeyOf),
      );
      for (const { partition, matched } of fresh) {
        if (!elsewhere.has(matched.key)) draft.begin(partition, matched);
      }
      await write(client, draft);
    });
  }

  private async reviseAll(rules: RuleSet): Promise<void> {
    const misfits = findMisfits(this.states.all(), rules, this.labelsOf);
    const partitions = partitionsOf(misfits.map(({ state }) => state));
    if (misfits.length === 0) return;
    await this.commit('applying changed rules', partitions, async (client, draft) => {
      // What is read anew here is revised as it is read.
      const owned = await this.lockOwned(client, draft, partitions);
      const held = misfits.filter(({ state }) => owned.has(state.partition));
      await this.reader.revise(client, draft, held);
      await write(client, draft);
    });
  }

  /** Locks positions; partitions whose memory is not of the stored position are read anew and are not in the answer. */
  private async lockOwned(
    client: Queryable,
    draft: EvaluationDraft,
    wanted: readonly number[],
  ): Promise<ReadonlySet<number>> {
    const { consumer, topic } = this.options;
    const partitions = wanted.filter((partition) => this.states.has(partition));
    const positions = await alertStateStore.lockPositions(client, consumer, topic, partitions);
    const isOwned = (partition: number): boolean => this.states.isAt(partition, positions.get(partition));
    const stale = partitions.filter((partition) => !isOwned(partition));
    await this.reader.load(client, draft, this.ruleSet, stale);
    return new Set(partitions.filter(isOwned));
  }

  /** Partitions whose memory is not of the position from which they are to be evaluated. */
  private findStale(
    batches: readonly PartitionBatch[],
    claims: readonly Claim<KafkaRecord>[],
  ): readonly number[] {
    return partitionsOf(batches).filter((partition) => {
      // The first claim of a partition begins at the stored position; none: all had been applied before.
      const claim = claims.find((candidate) => candidate.partition === partition);
      const position = claim?.fromOffset ?? batches.findLast((b) => b.partition === partition)?.nextOffset;
      return !this.states.isAt(partition, position);
    });
  }

  /** Runs work on a draft in one transaction, and makes memory follow once that has been committed. */
  private async commit(
    doing: string,
    partitions: readonly number[],
    work: (client: Queryable, draft: EvaluationDraft) => Promise<void>,
  ): Promise<void> {
    const draft = new EvaluationDraft(this.states, this.ruleSet, this.labelsOf);
    try {
      await inConsumerTransaction(this.options.pool, doing, async (client) => {
        // Changes are sent under their sequence numbers, which a second evaluation would not give them again.
        await commitDurably(client);
        await work(client, draft);
      });
    } catch (error) {
      // It may have been committed all the same, or another process may have written: read anew before the next use.
      for (const partition of partitions) this.states.markStale(partition);
      throw error;
    }
    for (const state of draft.applyTo(this.states)) this.states.schedule(state, this.ruleSet.index);
    if (draft.recorded.length > 0) this.options.observer?.onTransitions?.(draft.recorded);
  }
}

async function write(client: Queryable, draft: EvaluationDraft): Promise<void> {
  await alertStateStore.write(client, draft.states);
  await alertStateStore.remove(client, draft.removals);
  draft.recorded = await recordTransitions(client, draft.transitions);
}

function applyClaim(
  draft: EvaluationDraft,
  { partition, records, fromOffset, nextOffset }: Claim<KafkaRecord>,
  matched: MatchedRecords,
): EvaluationCounts {
  // No records but a range: the transport has dead-lettered what stood there.
  const passedOver = records.length === 0 ? Number(nextOffset - fromOffset) : 0;
  let [undecodable, applied, late] = [passedOver, 0, 0];
  for (const record of records) {
    const observations = matched.get(record);
    if (observations === undefined) undecodable++;
    for (const observation of observations ?? []) {
      if (draft.apply(partition, observation)) applied++;
      else late++;
    }
  }
  draft.moveTo(partition, nextOffset);
  return { records: records.length + passedOver, undecodable, applied, late };
}

function advanceOf(
  { topic, partition, nextOffset, lost }: Claim<KafkaRecord>,
  counts: EvaluationCounts | undefined,
): Parameters<typeof advanceOffsets>[2][number] {
  const { records = 0, undecodable = 0, applied = 0, late = 0 } = counts ?? {};
  return {
    topic,
    partition,
    nextOffset,
    lost,
    records,
    deadLettered: undecodable,
    readings: applied + late,
    stored: applied,
    duplicates: late,
  };
}

function partitionsOf(items: Iterable<{ readonly partition: number }>): number[] {
  return [...new Set(Array.from(items, ({ partition }) => partition))].sort((a, b) => a - b);
}
