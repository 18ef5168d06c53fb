import { NestFactory } from '@nestjs/core';
import type { AlerterConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import {
  createKafka,
  ensureTopics,
  KafkaBatchStrategy,
  KeyedProducer,
  RethrowFilter,
  waitForKafka,
} from '@fieldstream/kafka';
import { createRegistry, Health, nestLogger, startOpsServer } from '@fieldstream/observability';
import { createOffsetStore, createPool, migrate, RuleStore } from '@fieldstream/timescale';
import { TOPICS } from '@fieldstream/wire';
import { addGauges, createMetrics } from './alerter-metrics.js';
import { AlerterModule } from './alerter.module.js';
import { Evaluator } from './evaluator.js';
import { OutboxWorker } from './outbox-worker.js';
import { readRules, RuleWatcher } from './rule-watcher.js';
import { STREAM_DEADLINE_MS, streamChannel } from './stream-channel.js';
import { TimerLoop } from './timer-loop.js';
import { webhookChannel } from './webhook-channel.js';

/** For readings that are on their way when a timer is due: device to bridge to Kafka to here. */
const TIMER_GRACE_MS = 1_000;
const TIMER_EVERY_MS = 200;
const RULES_EVERY_MS = 1_000;
const OUTBOX_EVERY_MS = 2_000;
const LAST_DELIVERIES_MS = 6_000;

/**
 * Starts the alerter; resolves when it consumes. Order: health and metrics, database, Kafka, rules, outbox, consumer,
 * timers. `close` goes the other way: nothing is taken in any more, then what was written is delivered.
 * @throws whatever keeps it from starting; what had been started is closed then.
 */
export async function startAlerter(
  config: AlerterConfig,
  logger: Logger,
): Promise<{ close(): Promise<void> }> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closers.splice(0).toReversed()) await step();
  };
  try {
    await start(config, logger, closers);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

async function start(
  config: AlerterConfig,
  logger: Logger,
  closers: (() => Promise<unknown>)[],
): Promise<void> {
  const { topicPrefix } = config.kafka;
  const consumer = `${topicPrefix}fieldstream-alerter`;

  const registry = createRegistry('alerter');
  const health = new Health({ logger });
  let isStarted = false;
  health.add('started', () => {
    if (!isStarted) throw new Error('still starting');
  });
  const ops = await startOpsServer({ ...config.ops, health, registry });
  closers.push(() => ops.close());

  const pool = createPool({
    url: config.database.url,
    maxConnections: config.database.poolSize,
    applicationName: 'fieldstream-alerter',
    logger,
  });
  closers.push(() => pool.end());
  await migrate(pool, logger);

  const kafka = createKafka({ brokers: config.kafka.brokers, clientId: 'fieldstream-alerter', logger });
  await waitForKafka(kafka, { logger });
  await ensureTopics(kafka, { ...config.kafka, logger });
  const producer = new KeyedProducer({
    kafka,
    topicPrefix,
    lingerMs: 0,
    maxBatchRecords: 500,
    maxBatchBytes: 512 * 1024,
    lanes: 1,
    deadlineMs: STREAM_DEADLINE_MS,
    logger,
  });
  closers.push(() => producer.close({ timeoutMs: STREAM_DEADLINE_MS }));
  await producer.connect();

  const rules = new RuleStore(pool);
  const metrics = createMetrics(registry);
  const workers = [streamChannel(producer), webhookChannel()].map(
    (channel) =>
      new OutboxWorker({
        pool,
        channel,
        logger,
        pollMs: OUTBOX_EVERY_MS,
        onOutcome: (outcome) => metrics.onDelivery(channel.name, outcome),
      }),
  );
  closers.push(() => Promise.all(workers.map((worker) => worker.close(LAST_DELIVERIES_MS))));
  for (const worker of workers) worker.start();

  const evaluator = new Evaluator({
    pool,
    rules,
    ruleSet: await readRules(rules, logger),
    consumer,
    topic: TOPICS.readings,
    timerGraceMs: TIMER_GRACE_MS,
    logger,
    observer: {
      onEvaluated: metrics.onEvaluated,
      onTransitions(transitions) {
        metrics.onTransitions(transitions);
        for (const worker of workers) worker.kick();
      },
    },
  });
  const strategy = new KafkaBatchStrategy({
    kafka,
    groupId: consumer,
    topicPrefix,
    offsets: createOffsetStore(pool, consumer),
    sessionTimeoutMs: config.kafka.sessionTimeoutMs,
    logger,
  });
  strategy.onAssigned((_, partitions) => evaluator.assign(partitions));
  strategy.onRevoked((_, partitions) => evaluator.revoke(partitions));
  addGauges(registry, { pool, evaluator, lag: () => strategy.lag() });

  const app = await NestFactory.createMicroservice(AlerterModule.register(evaluator), {
    strategy,
    logger: nestLogger(logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new RethrowFilter());
  closers.push(() => app.close());
  await app.listen();

  const timers = new TimerLoop({
    evaluator,
    isCaughtUp: (partition) => strategy.caughtUp(TOPICS.readings, partition),
    everyMs: TIMER_EVERY_MS,
    logger,
  });
  const watcher = new RuleWatcher({ rules, evaluator, everyMs: RULES_EVERY_MS, logger });
  closers.push(() => Promise.all([timers.close(), watcher.close()]));
  timers.start();
  watcher.start();

  health.add('database', async () => {
    await pool.query('SELECT 1');
  });
  health.add('kafka', () => strategy.checkReady());
  isStarted = true;
}
