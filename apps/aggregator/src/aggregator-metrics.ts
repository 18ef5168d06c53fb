import type { StrategyObserver } from '@fieldstream/kafka';
import { Counter, Gauge, Histogram, type Registry } from '@fieldstream/observability';
import type { OffsetAdvance } from '@fieldstream/timescale';

/** What the aggregator counts of itself; the durable counts are in `consumer_offset`. */
export class AggregatorMetrics {
  readonly #records: Counter;
  readonly #readings: Counter;
  readonly #lost: Counter;
  readonly #retries: Counter;
  readonly #stalls: Counter;
  readonly #callSeconds: Histogram;
  readonly #callRecords: Histogram;
  #lag: () => number = () => 0;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#records = new Counter({
      name: 'fieldstream_aggregator_records_total',
      help: 'Kafka records applied (stored) or recorded as refused (dead_lettered)',
      labelNames: ['stream', 'outcome'],
      registers,
    });
    this.#readings = new Counter({
      name: 'fieldstream_aggregator_readings_total',
      help: 'Readings: new rows, known already, or repetitions of a text state',
      labelNames: ['outcome'],
      registers,
    });
    this.#lost = new Counter({
      name: 'fieldstream_aggregator_lost_records_total',
      help: 'Records that Kafka dropped before they were read',
      labelNames: ['stream'],
      registers,
    });
    this.#retries = new Counter({
      name: 'fieldstream_aggregator_retries_total',
      help: 'Handler calls that failed and were repeated',
      labelNames: ['stream'],
      registers,
    });
    this.#stalls = new Counter({
      name: 'fieldstream_aggregator_stalls_total',
      help: 'Times that the consumer was restarted because a partition stood still',
      labelNames: ['stream'],
      registers,
    });
    this.#callSeconds = new Histogram({
      name: 'fieldstream_aggregator_call_duration_seconds',
      help: 'From the first record of a call decoded to its transactions committed',
      labelNames: ['stream'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#callRecords = new Histogram({
      name: 'fieldstream_aggregator_call_records',
      help: 'Kafka records of one call',
      labelNames: ['stream'],
      buckets: [1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000],
      registers,
    });
    const readLag = (): number => this.#lag();
    const lag = new Gauge({
      name: 'fieldstream_aggregator_lag_records',
      help: 'Records in Kafka, as last heard, that are not applied yet',
      registers: [],
      collect() {
        this.set(readLag());
      },
    });
    registry.registerMetric(lag);
  }

  /** Where the lag is read from. */
  watchLag(lag: () => number): void {
    this.#lag = lag;
  }

  /** Counts what one transaction has committed. */
  countAdvance(advance: OffsetAdvance): void {
    const stream = advance.topic;
    const { records = 0, deadLettered = 0, stored = 0, duplicates = 0, coalesced = 0, lost = 0n } = advance;
    this.#records.inc({ stream, outcome: 'stored' }, records - deadLettered);
    this.#records.inc({ stream, outcome: 'dead_lettered' }, deadLettered);
    this.#readings.inc({ outcome: 'stored' }, stored);
    this.#readings.inc({ outcome: 'duplicate' }, duplicates);
    this.#readings.inc({ outcome: 'coalesced' }, coalesced);
    if (lost > 0n) this.#lost.inc({ stream }, Number(lost));
  }

  /** To be given to the Kafka strategy. */
  readonly observer: StrategyObserver = {
    onBatch: ({ topic, records, durationMs }) => {
      this.#callSeconds.observe({ stream: topic }, durationMs / 1000);
      this.#callRecords.observe({ stream: topic }, records);
    },
    onRetry: ({ topic }) => this.#retries.inc({ stream: topic }),
    onStall: ({ topic }) => this.#stalls.inc({ stream: topic }),
  };
}
