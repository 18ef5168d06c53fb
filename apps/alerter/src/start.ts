import { NestFactory } from '@nestjs/core';
import { type AlerterConfig, readEnvironment } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import {
  createKafka,
  ensureTopics,
  KafkaBatchStrategy,
  KeyedProducer,
  PartitionCounts,
  RethrowFilter,
  waitForKafka,
} from '@fieldstream/kafka';
import { createRegistry, Health, nestLogger, startOpsServer } from '@fieldstream/observability';
import {
  createOffsetStore,
  createPool,
  migrate,
  readChangedLabels,
  readLastPresence,
  readLastReadings,
  RuleStore,
} from '@fieldstream/timescale';
import { TOPICS } from '@fieldstream/wire';
import { addGauges, createMetrics } from './alerter-metrics.js';
import { AlerterModule } from './alerter.module.js';
import { DeviceLabelBook } from './device-label-book.js';
import { Evaluator, type EvaluatorOptions } from './evaluator.js';
import { Evaluators } from './evaluators.js';
import { matchPresence, matchReadings } from './matched-observation.js';
import { startNotifications } from './notifications/start-notifications.js';
import { provisionAlerting } from './provisioning/provision-alerting.js';
import { RepeatedTask } from './repeated-task.js';
import { readRules, RuleWatcher } from './rule-watcher.js';
import { STREAM_DEADLINE_MS } from './stream-channel.js';

/** For observations that are on their way when a timer is due: from the bridge to Kafka to here. */
const TIMER_GRACE_MS = 500;
const TIMER_EVERY_MS = 100;
const RULES_EVERY_MS = 1_000;

/**
 * Starts the alerter; resolves when it consumes. Order: health and metrics, database, Kafka, rules,
 * notifications, consumer, timers. `close` goes the other way: nothing is taken in any more, then what was written is delivered.
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

  await provisionAlerting({ path: config.alerting.path, pool, logger, env: readEnvironment() });
  const rules = new RuleStore(pool);
  const metrics = createMetrics(registry);
  const { consoleUrl } = config.alerting;
  const notifications = startNotifications({
    pool,
    producer,
    logger,
    metrics,
    consoleUrl: consoleUrl === undefined ? undefined : `${consoleUrl}/alerts`,
  });
  closers.push(() => notifications.close());

  const labels = new DeviceLabelBook();
  const changed = await readChangedLabels(pool, 0);
  labels.take(changed);
  labels.applied(changed);
  const common: Omit<EvaluatorOptions, 'source' | 'topic' | 'match' | 'last'> = {
    pool,
    rules,
    ruleSet: await readRules(rules, logger),
    labels,
    consumer,
    timerGraceMs: TIMER_GRACE_MS,
    logger,
    observer: {
      onEvaluated: metrics.onEvaluated,
      onTransitions(transitions) {
        metrics.onTransitions(transitions);
        notifications.kick();
      },
    },
  };
  const countPartitions = async (topic: string): Promise<number> => {
    const counts = new PartitionCounts(kafka);
    return counts.require(topicPrefix + topic);
  };
  const evaluators = new Evaluators(
    new Evaluator({
      ...common,
      source: 'readings',
      topic: TOPICS.readings,
      match: matchReadings,
      last: {
        read: (sinceMs) => readLastReadings(pool, sinceMs),
        countPartitions: () => countPartitions(TOPICS.readings),
      },
    }),
    new Evaluator({
      ...common,
      source: 'presence',
      topic: TOPICS.deviceEvents,
      match: matchPresence,
      last: {
        read: (sinceMs) => readLastPresence(pool, sinceMs),
        countPartitions: () => countPartitions(TOPICS.deviceEvents),
      },
    }),
  );
  const strategy = new KafkaBatchStrategy({
    kafka,
    groupId: consumer,
    topicPrefix,
    offsets: createOffsetStore(pool, consumer),
    sessionTimeoutMs: config.kafka.sessionTimeoutMs,
    logger,
  });
  strategy.onAssigned((topic, partitions) => evaluators.ofTopic(topic).assign(partitions));
  strategy.onRevoked((topic, partitions) => evaluators.ofTopic(topic).revoke(partitions));
  addGauges(registry, { pool, evaluator: evaluators.readings, lag: () => strategy.lag() });

  const app = await NestFactory.createMicroservice(AlerterModule.register(evaluators), {
    strategy,
    logger: nestLogger(logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new RethrowFilter());
  closers.push(() => app.close());
  await app.listen();

  const watcher = new RuleWatcher({ pool, rules, labels, evaluators: evaluators.all, logger });
  const task = (doing: string, everyMs: number, run: () => Promise<void>): RepeatedTask =>
    new RepeatedTask({ doing, everyMs, run, logger });
  const tasks = [
    task('applying changed rules', RULES_EVERY_MS, () => watcher.look()),
    ...evaluators.all.flatMap((evaluator) => [
      task('beginning evaluations', RULES_EVERY_MS, () => evaluator.beginWithLast()),
      task('firing timers', TIMER_EVERY_MS, () =>
        evaluator.fireTimers((partition) => strategy.caughtUp(evaluator.topic, partition)),
      ),
    ]),
  ];
  closers.push(() => Promise.all(tasks.map((repeated) => repeated.close())));
  for (const repeated of tasks) repeated.start();

  health.add('database', async () => {
    await pool.query('SELECT 1');
  });
  health.add('kafka', () => strategy.checkReady());
  isStarted = true;
}
