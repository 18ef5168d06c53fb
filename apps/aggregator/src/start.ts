import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { AggregatorConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import {
  createKafka,
  ensureTopics,
  KafkaBatchStrategy,
  KafkaPositions,
  KeyedProducer,
  RethrowFilter,
  waitForKafka,
} from '@fieldstream/kafka';
import { createRegistry, Health, nestLogger, startOpsServer } from '@fieldstream/observability';
import { createOffsetStore, createPool, migrate, setGrafanaPassword } from '@fieldstream/timescale';
import { AggregatorMetrics } from './aggregator-metrics.js';
import { AggregatorModule } from './aggregator.module.js';
import { GuardReport } from './guards/guard-report.js';
import { Housekeeping } from './housekeeping.js';
import { PresenceBook } from './presence/presence-book.js';
import { PresenceWorker } from './presence/presence-worker.js';
import { DeliveryDelays } from './statistics/delivery-delays.js';
import { StatisticsRecorder } from './statistics/statistics-recorder.js';

/** Consumer group and name in `consumer_offset`, after the topic prefix. */
const CONSUMER = 'fieldstream-aggregator';

/** Of presence: some records a second. */
const PRODUCING = {
  lingerMs: 0,
  maxBatchRecords: 500,
  maxBatchBytes: 524_288,
  lanes: 1,
  deadlineMs: 10_000,
  maxInFlightBytes: 16 * 1024 * 1024,
} as const;

export interface RunningAggregator {
  /** Where health and metrics are served. */
  readonly opsPort: number;
  /** Leaves the group after the running call, then closes the database. */
  close(): Promise<void>;
}

/**
 * Serves health and metrics, brings the schema up to date, makes the topics, then consumes. It waits for a database and a
 * Kafka that are not there yet.
 * @throws DatabaseError, KafkaError for what waiting cannot mend
 */
export async function startAggregator(config: AggregatorConfig, logger: Logger): Promise<RunningAggregator> {
  // Closed from the last to the first.
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const registry = createRegistry('aggregator');
    const metrics = new AggregatorMetrics(registry);
    const health = new Health({ logger });
    let started = false;
    health.add('started', () => {
      if (!started) throw new Error('still waiting for the database or Kafka');
    });
    const ops = await startOpsServer({ ...config.ops, health, registry });
    closers.push(() => ops.close());

    const pool = createPool({
      url: config.database.url,
      maxConnections: config.database.poolSize,
      applicationName: CONSUMER,
      logger,
    });
    closers.push(() => pool.end());
    await migrate(pool, logger);
    const { grafanaPassword, rawRetentionDays } = config.database;
    if (grafanaPassword !== undefined) await setGrafanaPassword(pool, grafanaPassword);
    health.add('database', async () => void (await pool.query('SELECT 1')));

    const { topicPrefix } = config.kafka;
    const consumer = topicPrefix + CONSUMER;
    const kafka = createKafka({ brokers: config.kafka.brokers, clientId: CONSUMER, logger });
    await waitForKafka(kafka, { logger });
    await ensureTopics(kafka, { ...config.kafka, logger });

    const strategy = new KafkaBatchStrategy({
      kafka,
      groupId: consumer,
      topicPrefix,
      offsets: createOffsetStore(pool, consumer),
      sessionTimeoutMs: config.kafka.sessionTimeoutMs,
      observer: metrics.observer,
      logger,
    });
    metrics.watchLag(() => strategy.lag());
    health.add('kafka', () => strategy.checkReady());
    const delays = new DeliveryDelays();
    const positions = new KafkaPositions(kafka, topicPrefix);
    const statistics = new StatisticsRecorder({ pool, positions, delays, topicPrefix, logger });
    closers.push(() => statistics.close());
    const { maxMetricsPerDevice } = config.guards;
    const guards = new GuardReport({ registry, maxMetricsPerDevice, logger });
    const book = new PresenceBook();
    const producer = new KeyedProducer({ ...PRODUCING, kafka, topicPrefix, logger });
    closers.push(() => producer.close({ timeoutMs: PRODUCING.deadlineMs }));
    const presence = new PresenceWorker({ pool, book, producer, positions, logger });
    closers.push(() => presence.close());
    const module = AggregatorModule.register({
      pool,
      consumer,
      rawRetentionDays,
      logger,
      metrics,
      delays,
      book,
      maxMetricsPerDevice,
      guards,
    });
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
      strategy,
      logger: nestLogger(logger),
      abortOnError: false,
    });
    app.useGlobalFilters(new RethrowFilter());
    closers.push(() => app.close());
    await app.listen();

    const housekeeping = new Housekeeping({ pool, logger, rawRetentionDays });
    closers.push(() => housekeeping.close());
    housekeeping.start();
    statistics.start();
    presence.start();
    started = true;
    return { opsPort: ops.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}
