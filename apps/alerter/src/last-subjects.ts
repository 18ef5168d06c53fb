import type { CompiledRule, DeviceLabels } from '@fieldstream/domain';
import { inScope } from '@fieldstream/domain';
import { partitionOf } from '@fieldstream/kafka';
import type { LastObservation } from '@fieldstream/timescale';
import { stateKeyOf } from './evaluation-states.js';
import type { MatchedObservation } from './matched-observation.js';

/** Where to find what was observed last. */
export interface LastObservations {
  /** Observations since a time; of each subject the last one. @throws DatabaseError */
  read(sinceMs: number): Promise<readonly LastObservation[]>;
  /** How many partitions the topic has. @throws KafkaError */
  countPartitions(): Promise<number>;
}

/** An observation with which an evaluation can begin, and the partition of its device. */
export interface LastSubject {
  readonly partition: number;
  readonly matched: MatchedObservation;
}

/** What was silent for longer than this before a rule was made is taken for gone: no alert is made of it. */
const HORIZON_MS = 7 * 24 * 60 * 60 * 1000;

/** The subjects in the scope of rules, each with its last observation. @throws DatabaseError @throws KafkaError */
export async function lastSubjects(
  last: LastObservations,
  rules: readonly CompiledRule[],
  labelsOf: (deviceId: string) => DeviceLabels,
  nowMs: number,
): Promise<readonly LastSubject[]> {
  const count = await last.countPartitions();
  const subjects = new Map<string, LastSubject>();
  for (const { deviceId, metric, timeMs, value } of await last.read(nowMs - HORIZON_MS)) {
    const labels = labelsOf(deviceId);
    for (const compiled of rules) {
      if (!inScope(compiled.rule.scope, deviceId, metric, labels) || !compiled.accepts(value)) continue;
      const subject = compiled.subject === 'device' ? '' : metric;
      const key = stateKeyOf({ ruleId: compiled.rule.id, deviceId, metric: subject });
      const known = subjects.get(key)?.matched.observation.timeMs ?? -Infinity;
      if (known >= timeMs) continue;
      const observation = { timeMs, receivedAtMs: timeMs, value };
      const matched = { compiled, deviceId, metric: subject, key, observation };
      subjects.set(key, { partition: partitionOf(deviceId, count), matched });
    }
  }
  return [...subjects.values()];
}
