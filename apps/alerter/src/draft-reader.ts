import type { DeviceLabels, Logger, RuleSource } from '@fieldstream/domain';
import type { KafkaRecord } from '@fieldstream/kafka';
import {
  type AlertStateKey,
  alertStateStore,
  type Claim,
  type FaultyAlertState,
  type Queryable,
  type RuleStore,
} from '@fieldstream/timescale';
import type { EvaluationDraft } from './evaluation-draft.js';
import { stateKeyOf } from './evaluation-states.js';
import type { MatchedObservation } from './matched-observation.js';
import { closeMisfit, findMisfits, type Misfit } from './rule-revision.js';
import type { RuleSet } from './rule-set.js';

/** The observations that rules watch, by record; `undefined` for a record that is none of ours. */
export type MatchedRecords = ReadonlyMap<KafkaRecord, readonly MatchedObservation[] | undefined>;

export interface DraftReaderOptions {
  readonly rules: RuleStore;
  readonly consumer: string;
  readonly topic: string;
  readonly source: RuleSource;
  readonly labelsOf: (deviceId: string) => DeviceLabels;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Reads stored states into a draft, and brings those up to date that were stored under other rules. */
export class DraftReader {
  constructor(private readonly options: DraftReaderOptions) {}

  /** Reads whole partitions anew, and locks their positions. */
  async load(
    client: Queryable,
    draft: EvaluationDraft,
    rules: RuleSet,
    partitions: readonly number[],
  ): Promise<void> {
    if (partitions.length === 0) return;
    const { consumer, topic, source } = this.options;
    const checkpoints = await alertStateStore.load(client, consumer, topic, source, partitions);
    for (const [partition, checkpoint] of checkpoints) {
      draft.load(partition, checkpoint);
      await this.discard(client, checkpoint.faulty);
    }
    const states = [...checkpoints.values()].flatMap((checkpoint) => checkpoint.states);
    await this.revise(client, draft, findMisfits(states, rules, this.options.labelsOf));
  }

  /**
   * Looks for states of subjects that are new to their partition. A device moves to another partition when the topic gets
   * more of them; its open alerts go with it.
   */
  async adopt(
    client: Queryable,
    draft: EvaluationDraft,
    rules: RuleSet,
    claims: readonly Claim<KafkaRecord>[],
    matched: MatchedRecords,
  ): Promise<void> {
    const unknown = new Map<string, AlertStateKey & { readonly partition: number }>();
    for (const { partition, records } of claims) {
      for (const record of records) {
        for (const { compiled, deviceId, metric, key } of matched.get(record) ?? []) {
          if (unknown.has(key) || draft.find(partition, key)) continue;
          unknown.set(key, { ruleId: compiled.rule.id, deviceId, metric, partition });
        }
      }
    }
    const { states, faulty } = await alertStateStore.find(client, [...unknown.values()]);
    await this.discard(client, faulty);
    for (const found of states) {
      const state = { ...found, partition: unknown.get(stateKeyOf(found))?.partition ?? found.partition };
      const misfits = findMisfits([state], rules, this.options.labelsOf);
      if (misfits.length > 0) await this.revise(client, draft, misfits);
      else draft.adopt(state);
    }
  }

  /** Starts evaluations anew, or ends them, whose rule has changed, and closes their alerts. */
  async revise(client: Queryable, draft: EvaluationDraft, misfits: readonly Misfit[]): Promise<void> {
    if (misfits.length === 0) return;
    const ruleIds = new Set(misfits.map(({ state }) => state.ruleId));
    const known = await this.options.rules.findEvenDeleted([...ruleIds], client);
    for (const misfit of misfits) {
      const { ruleId, deviceId } = misfit.state;
      const { labelsOf, now } = this.options;
      draft.revise(misfit, closeMisfit(misfit, known.get(ruleId), labelsOf(deviceId), now()));
    }
  }

  private async discard(client: Queryable, faulty: readonly FaultyAlertState[]): Promise<void> {
    for (const state of faulty) {
      this.options.logger.error({ ...state }, 'stored alert state is damaged; its evaluation starts anew');
    }
    await alertStateStore.remove(client, faulty);
  }
}
