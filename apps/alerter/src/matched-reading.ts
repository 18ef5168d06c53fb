import { type AlertReading, type CompiledRule, numericOf, type RuleIndex } from '@fieldstream/domain';
import { decodeTelemetry, WireError } from '@fieldstream/wire';
import { stateKeyOf } from './evaluation-states.js';

/** A reading of a series that a rule watches. */
export interface MatchedReading {
  readonly compiled: CompiledRule;
  readonly deviceId: string;
  readonly metric: string;
  /** Names the state of the rule and the series. */
  readonly key: string;
  readonly reading: AlertReading;
}

const NONE: readonly MatchedReading[] = [];

/**
 * The readings of one Kafka record that rules watch, one entry per rule, in order of observation time: the samples of one
 * publish may be in any order. `undefined` for a record that is none of ours; the aggregator keeps it as a dead letter.
 */
export function matchReadings(
  value: Uint8Array | null,
  rules: RuleIndex,
): readonly MatchedReading[] | undefined {
  if (rules.size === 0) return NONE;
  const telemetry = decode(value);
  if (telemetry === undefined) return undefined;
  const { deviceId, receivedAtMs } = telemetry;
  const samples =
    telemetry.samples.length > 1
      ? telemetry.samples.toSorted((a, b) => a.timeMs - b.timeMs)
      : telemetry.samples;
  const matched: MatchedReading[] = [];
  for (const { timeMs, values } of samples) {
    for (const [metric, reported] of values) {
      if (!rules.watches(metric)) continue;
      const number = numericOf(reported);
      if (number === undefined) continue;
      for (const compiled of rules.match(deviceId, metric)) {
        const key = stateKeyOf({ ruleId: compiled.rule.id, deviceId, metric });
        const reading = { timeMs, receivedAtMs, value: number };
        matched.push({ compiled, deviceId, metric, key, reading });
      }
    }
  }
  return matched;
}

function decode(value: Uint8Array | null): ReturnType<typeof decodeTelemetry> | undefined {
  try {
    return decodeTelemetry(value);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
