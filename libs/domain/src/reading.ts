/** What a device may report for one metric. Non-finite numbers never enter the domain. */
export type MetricValue = number | boolean | string;

/** All metrics that one device observed at one moment. */
export interface Sample {
  /** Observation time, epoch milliseconds (UTC). */
  readonly timeMs: number;
  readonly values: ReadonlyMap<string, MetricValue>;
}

/** One publish of one device: what a decoder yields and one Kafka record carries. */
export interface Telemetry {
  readonly deviceId: string;
  /** When the bridge received the publish, epoch milliseconds. */
  readonly receivedAtMs: number;
  /** At least one sample; each has at least one value. */
  readonly samples: readonly Sample[];
  /** Unit per metric (UCUM or the family's own spelling), only where the payload names it. */
  readonly units?: ReadonlyMap<string, string>;
  /** Kept by the sender while it was cut off (Sparkplug `is_historical`): stored, but nothing is alerted about. */
  readonly historical?: true;
}

/** Words that devices use for a two-valued state, in lower case, with the number that is stored beside the text. */
const STATE_WORDS: ReadonlyMap<string, 0 | 1> = new Map([
  ['on', 1],
  ['off', 0],
  ['true', 1],
  ['false', 0],
  ['online', 1],
  ['offline', 0],
]);

/**
 * The number stored for a value: the number itself, 0 or 1 for a boolean or a state word (in any case),
 * `undefined` for any other text, which has no number.
 */
export function numericOf(value: MetricValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return STATE_WORDS.get(value.toLowerCase());
}
