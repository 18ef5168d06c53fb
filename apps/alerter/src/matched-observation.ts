import type { CompiledRule, DeviceLabels, ReceivedObservation, RuleIndex } from '@fieldstream/domain';
import { decodeDeviceEvent, decodeTelemetry, PRESENCE_OF_EVENT, WireError } from '@fieldstream/wire';
import { stateKeyOf } from './evaluation-states.js';

/** An observation of a subject that a rule watches. */
export interface MatchedObservation {
  readonly compiled: CompiledRule;
  readonly deviceId: string;
  /** Empty where the rule watches the device as a whole. */
  readonly metric: string;
  /** Names the state of the rule and the subject. */
  readonly key: string;
  readonly observation: ReceivedObservation;
}

/**
 * The observations in one Kafka record that rules watch, one entry per rule, in order of observation time. `undefined` for
 * a record that is none of ours; the aggregator keeps it as a dead letter.
 */
export type Match = (
  value: Uint8Array | null,
  rules: RuleIndex,
  labelsOf: (deviceId: string) => DeviceLabels,
) => readonly MatchedObservation[] | undefined;

const NONE: readonly MatchedObservation[] = [];

/** Of a record of `telemetry.readings`. The samples of one publish may be in any order. */
export const matchReadings: Match = (value, rules, labelsOf) => {
  if (rules.size === 0) return NONE;
  const telemetry = decoded(() => decodeTelemetry(value));
  if (telemetry === undefined) return undefined;
  if (telemetry.historical) return NONE;
  const { deviceId, receivedAtMs } = telemetry;
  const samples =
    telemetry.samples.length > 1
      ? telemetry.samples.toSorted((a, b) => a.timeMs - b.timeMs)
      : telemetry.samples;
  const labels = labelsOf(deviceId);
  const matched: MatchedObservation[] = [];
  for (const { timeMs, values } of samples) {
    // A device as a whole is observed once at a moment, however many metrics are.
    const wholes = new Set<CompiledRule>();
    for (const [metric, reported] of values) {
      if (!rules.watches(metric)) continue;
      for (const compiled of rules.match(deviceId, metric, labels)) {
        if (!compiled.accepts(reported) || wholes.has(compiled)) continue;
        if (compiled.subject === 'device') wholes.add(compiled);
        const subject = compiled.subject === 'device' ? '' : metric;
        const key = stateKeyOf({ ruleId: compiled.rule.id, deviceId, metric: subject });
        const observation = { timeMs, receivedAtMs, value: reported };
        matched.push({ compiled, deviceId, metric: subject, key, observation });
      }
    }
  }
  return matched;
};

/** Of a record of `device.events`; a bridge's counters are in that topic too, and are nobody's presence. */
export const matchPresence: Match = (value, rules, labelsOf) => {
  const event = decoded(() => decodeDeviceEvent(value));
  if (event === undefined) return undefined;
  if (event.kind !== 'device') return NONE;
  const { deviceId, timeMs, type } = event;
  return rules.matchPresence(deviceId, labelsOf(deviceId)).map((compiled) => ({
    compiled,
    deviceId,
    metric: '',
    key: stateKeyOf({ ruleId: compiled.rule.id, deviceId, metric: '' }),
    observation: { timeMs, receivedAtMs: timeMs, value: PRESENCE_OF_EVENT[type] },
  }));
};

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
