import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import type { AggregatorMetrics } from '../aggregator-metrics.js';
import type { DeliveryDelays } from '../statistics/delivery-delays.js';

export interface IngestOptions {
  readonly pool: pg.Pool;
  /** Name in `consumer_offset`: the consumer group's. */
  readonly consumer: string;
  /** As for the housekeeping: what is older is not taken any more. Undefined: raw readings are kept for ever. */
  readonly rawRetentionDays?: number | undefined;
  readonly logger: Logger;
  readonly metrics: AggregatorMetrics;
  /** Told of every publish whose rows are committed. */
  readonly delays: DeliveryDelays;
}
