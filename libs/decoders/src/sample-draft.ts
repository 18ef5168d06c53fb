import { parseObservationTime, type MetricValue, type Sample } from '@fieldstream/domain';
import type { Decoded, PublishInput } from './decoder.js';
import { flatten } from './flatten.js';
import { describe, type Refusal } from './payload-text.js';

/** The samples of one device while a publish is read; times are given at the end, all together. */
export class SampleDraft {
  readonly units = new Map<string, string>();
  readonly #samples: { values: Map<string, MetricValue>; timeMs: number | undefined }[] = [];
  implausibleTimes = 0;
  #withoutTime = 0;

  constructor(
    readonly deviceId: string,
    private readonly input: PublishInput,
    /** Kept by the sender while it was cut off. */
    readonly isHistorical = false,
  ) {}

  get isEmpty(): boolean {
    return this.#samples.length === 0;
  }

  /** Adds what was observed at one moment, if there are any values; without a time it gets the received one. */
  add(values: Map<string, MetricValue>, timeMs: number | undefined): void {
    if (values.size === 0) return;
    if (timeMs === undefined) this.#withoutTime++;
    this.#samples.push({ values, timeMs });
  }

  /** Adds an object of metric → value, nested ones flattened. */
  addValues(object: unknown, timeMs: number | undefined): Refusal | undefined {
    const refusal = notAnObject(object);
    if (refusal) return refusal;
    const values = new Map<string, MetricValue>();
    for (const [key, value] of Object.entries(object as object)) {
      const fault = flatten(values, key, value);
      if (fault) return fault;
    }
    this.add(values, timeMs);
    return undefined;
  }

  /**
   * Reads a device's own time. Undefined: received time stands in, because none is given (undefined or null) or it is
   * implausible, which is counted.
   */
  readTime(value: unknown, zoneOffsetMs = 0): { readonly timeMs: number | undefined } | Refusal {
    if (value === null || value === undefined) return { timeMs: undefined };
    const time = parseObservationTime(value, this.input.receivedAtMs, zoneOffsetMs);
    if (time.kind === 'time') return { timeMs: time.timeMs };
    if (time.kind === 'implausible') {
      this.implausibleTimes++;
      return { timeMs: undefined };
    }
    return {
      reason: 'invalid-timestamp',
      detail: `ts is neither epoch time nor ISO 8601: ${describe(value)}`,
    };
  }

  /** The samples with their times, and whether some took theirs from the arrival. Called once. */
  finish(): { readonly samples: Sample[]; readonly receivedTimeUsed: boolean } {
    let nextMs = this.input.receivedAtMs;
    if (this.#withoutTime > 0 && this.input.stamp)
      nextMs = this.input.stamp(this.deviceId, this.#withoutTime);
    const samples = this.#samples.map((draft): Sample => ({
      timeMs: draft.timeMs ?? nextMs++,
      values: draft.values,
    }));
    return { samples, receivedTimeUsed: this.#withoutTime > 0 };
  }
}

/** Everything else that a publish said. */
export type DecodedExtras = Partial<Pick<Decoded, 'presence' | 'descriptions' | 'state' | 'requests'>>;

/** The result of a publish from its drafts (one for each device); those without samples are left out. */
export function decodedOf(
  drafts: Iterable<SampleDraft>,
  input: PublishInput,
  extras: DecodedExtras = {},
): Decoded {
  const telemetry = [];
  let receivedTimeUsed = false;
  let implausibleTimes = 0;
  for (const draft of drafts) {
    implausibleTimes += draft.implausibleTimes;
    if (draft.isEmpty) continue;
    const { deviceId, units, isHistorical } = draft;
    const finished = draft.finish();
    receivedTimeUsed ||= finished.receivedTimeUsed;
    telemetry.push({
      deviceId,
      receivedAtMs: input.receivedAtMs,
      samples: finished.samples,
      ...(units.size > 0 ? { units } : {}),
      ...(isHistorical ? { historical: true as const } : {}),
    });
  }
  return { kind: 'decoded', telemetry, receivedTimeUsed, implausibleTimes, ...extras };
}

/** The refusal of what is not an object of metrics. */
export function notAnObject(value: unknown): Refusal | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined;
  return { reason: 'not-an-object', detail: `expected an object of metrics, not ${describe(value)}` };
}
