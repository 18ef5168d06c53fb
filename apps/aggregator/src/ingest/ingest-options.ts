import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import type { AggregatorMetrics } from '../aggregator-metrics.js';
import type { GuardReport } from '../guards/guard-report.js';
import type { PresenceBook } from '../presence/presence-book.js';
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
  /** Told of the same. */
  readonly book: PresenceBook;
  /** A publish that would bring its device more is dead-lettered. */
  readonly maxMetricsPerDevice: number;
  readonly guards: GuardReport;
}
