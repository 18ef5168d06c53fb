import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import type { AggregatorMetrics } from '../aggregator-metrics.js';

export interface IngestOptions {
  readonly pool: pg.Pool;
  /** Name in `consumer_offset`: the consumer group's. */
  readonly consumer: string;
  readonly logger: Logger;
  readonly metrics: AggregatorMetrics;
}
