import { LIMITS, type MetricValue } from '@fieldstream/domain';
import type { PublishInput } from './decoder.js';
import { flatten } from './flatten.js';
import type { Refusal } from './payload-text.js';
import { SampleDraft } from './sample-draft.js';
import type { SparkplugMetric } from './sparkplug-payload.js';

/**
 * Gathers the metrics of one payload into samples: those of one time together, in several samples where they are more than
 * one takes; historical ones apart.
 */
export class SparkplugSamples {
  readonly #live: Gathering;
  readonly #historical: Gathering;

  /** @param timestampMs The payload's time: that of metrics without one. */
  constructor(
    deviceId: string,
    input: PublishInput,
    private readonly timestampMs: number | undefined,
  ) {
    this.#live = { draft: new SampleDraft(deviceId, input), byTime: new Map(), full: [] };
    this.#historical = { draft: new SampleDraft(deviceId, input, true), byTime: new Map(), full: [] };
  }

  add(
    name: string,
    value: MetricValue,
    metric: SparkplugMetric,
    unit: string | undefined,
  ): Refusal | undefined {
    const gathering = metric.isHistorical ? this.#historical : this.#live;
    const { draft, byTime, full } = gathering;
    const time = draft.readTime(metric.timestampMs ?? this.timestampMs);
    if (!('timeMs' in time)) return time;
    const { timeMs } = time;
    let values = byTime.get(timeMs);
    if (!values && byTime.size >= LIMITS.samplesPerPublish) {
      const detail = `more than ${LIMITS.samplesPerPublish} different times in one payload`;
      return { reason: 'too-many-samples', detail };
    }
    if (!values || values.size >= LIMITS.metricsPerSample) {
      if (values) full.push([timeMs, values]);
      values = new Map();
      byTime.set(timeMs, values);
    }
    const refusal = flatten(values, name, value);
    if (!refusal && unit !== undefined) draft.units.set(name, unit);
    return refusal;
  }

  /** The drafts with all samples. Called once. */
  finish(): SampleDraft[] {
    return [this.#live, this.#historical].map(({ draft, byTime, full }) => {
      for (const [timeMs, values] of [...full, ...byTime]) draft.add(values, timeMs);
      return draft;
    });
  }
}

interface Gathering {
  readonly draft: SampleDraft;
  readonly byTime: Map<number | undefined, Map<string, MetricValue>>;
  readonly full: [number | undefined, Map<string, MetricValue>][];
}
