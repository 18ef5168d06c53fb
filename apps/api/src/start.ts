import type { ApiConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { createKafka, KafkaPositions, KeyedProducer } from '@fieldstream/kafka';
import {
  Counter,
  createRegistry,
  Gauge,
  Health,
  explainListenError,
  type Registry,
} from '@fieldstream/observability';
import { createPool, DashboardReader, migrate, setGrafanaPassword } from '@fieldstream/timescale';
import { TOPICS } from '@fieldstream/wire';
import { CommandWork } from './commands/command-work.js';
import { createApp } from './create-app.js';
import { DashboardFiles } from './dashboards/dashboard-files.js';
import { insideProject } from './inside-project.js';
import { DeviceClaims } from './devices/device-claims.js';
import { RegistryWork } from './devices/registry-work.js';
import { CONCURRENT_QUERIES, QueryService } from './query/query-service.js';
import { AlertSource } from './stream/alert-source.js';
import { Subscribers } from './stream/subscribers.js';

export interface RunningApi {
  readonly port: number;
  /** Stops taking requests, then closes what they stood on. */
  close(): Promise<void>;
}

/** No statement of the API may keep a connection longer; what takes longer is answered with 503. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** How long a replay waits for Kafka. */
const PRODUCE_DEADLINE_MS = 10_000;
/** Of the stream of alerts. */
const HEARTBEAT_MS = 15_000;
const SUBSCRIBER_LIMITS = {
  maxSubscribers: 200,
  maxWaitingBytes: 1024 * 1024,
  maxHeldAlerts: 2_000,
  drainTimeoutMs: 30_000,
};

/**
 * Brings the database's schema up to date, then listens. Kafka need not be there: until it is, `/health/ready` fails, and
 * replays and the stream of alerts are answered with 503.
 * @throws DatabaseError if the database refuses this client or its schema cannot be brought up to date
 */
export async function startApi(config: ApiConfig, logger: Logger): Promise<RunningApi> {
  await migrateOnce(config, logger);
  const pool = createPool({
    url: config.database.url,
    maxConnections: config.database.poolSize,
    applicationName: 'fieldstream-api',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    logger,
  });
  const reader = new DashboardReader({
    url: config.database.url,
    password: config.database.grafanaPassword,
    maxConnections: CONCURRENT_QUERIES,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    logger,
  });
  const kafka = createKafka({ brokers: config.kafka.brokers, clientId: 'fieldstream-api', logger });
  const { topicPrefix } = config.kafka;
  const positions = new KafkaPositions(kafka, topicPrefix);
  const producer = new KeyedProducer({
    kafka,
    topicPrefix,
    lingerMs: 0,
    maxBatchRecords: 500,
    maxBatchBytes: 524_288,
    lanes: 1,
    deadlineMs: PRODUCE_DEADLINE_MS,
    maxInFlightBytes: 16 * 1024 * 1024,
    logger,
  });
  const health = new Health({ logger });
  health.add('database', async () => void (await pool.query('SELECT 1')));
  health.add('kafka', () => positions.ping());
  const { rawRetentionDays } = config.database;
  const { broker } = config;
  const settings = {
    topicPrefix,
    rawRetentionDays,
    broker,
    decoding: config.decoding,
    now: () => Date.now(),
  };
  const registry = createRegistry('api');
  const subscribers = new Subscribers(SUBSCRIBER_LIMITS);
  registerSubscriberMetrics(registry, subscribers);
  const dashboards = new DashboardFiles({
    builtIn: insideProject('dashboards', 'json'),
    path: config.dashboards.path,
  });
  const queries = new QueryService({
    files: dashboards,
    reader,
    registry,
    maxRows: config.dashboards.maxRows,
    takesSql: config.http.apiToken !== undefined,
  });
  const source = new AlertSource({
    kafka,
    topicPrefix,
    sessionTimeoutMs: config.kafka.sessionTimeoutMs,
    onAlerts: (alerts) => subscribers.publish(alerts),
    logger,
  });
  const registryWork = new RegistryWork({
    pool,
    producer,
    isTopicEmpty: () => positions.isEmpty(TOPICS.deviceRegistry),
    logger,
    now: settings.now,
  });
  const claims = new DeviceClaims({
    kafka,
    topicPrefix,
    sessionTimeoutMs: config.kafka.sessionTimeoutMs,
    registrations: registryWork.registrations,
    logger,
  });
  const commandWork = new CommandWork({
    pool,
    producer,
    isTopicEmpty: () => positions.isEmpty(TOPICS.deviceCommands),
    logger,
    now: settings.now,
  });
  const heartbeat = setInterval(() => subscribers.heartbeat(), HEARTBEAT_MS).unref();

  const closeParts = async (): Promise<void> => {
    clearInterval(heartbeat);
    await source.close();
    await claims.close();
    await registryWork.close();
    await commandWork.close();
    await producer.close({ timeoutMs: PRODUCE_DEADLINE_MS });
    await positions.close();
    await reader.close();
    await pool.end();
  };
  try {
    const { apiToken, host, port } = config.http;
    const app = await createApp(
      {
        pool,
        producer,
        positions,
        health,
        registry,
        settings,
        subscribers,
        source,
        registryWork,
        commandWork,
        dashboards,
        queries,
        logger,
      },
      { apiToken, logger },
    );
    const server = await app.listen(port, host).catch((error: unknown) => {
      throw explainListenError(error, 'HTTP_PORT');
    });
    const address = server.address();
    const listening = typeof address === 'object' && address !== null ? address.port : port;
    logger.info({ host, port: listening }, 'API is listening');
    source.start();
    registryWork.start();
    claims.start();
    commandWork.start();
    return {
      port: listening,
      close: async () => {
        subscribers.close();
        await app.close();
        await closeParts();
      },
    };
  } catch (error) {
    await closeParts();
    throw error;
  }
}

/** On a connection of its own: a migration may take longer than a statement of the API may. */
async function migrateOnce(config: ApiConfig, logger: Logger): Promise<void> {
  const pool = createPool({
    url: config.database.url,
    maxConnections: 1,
    applicationName: 'fieldstream-api-migration',
    logger,
  });
  try {
    await migrate(pool, logger);
    const { grafanaPassword } = config.database;
    if (grafanaPassword !== undefined) await setGrafanaPassword(pool, grafanaPassword);
  } finally {
    await pool.end();
  }
}

function registerSubscriberMetrics(registry: Registry, subscribers: Subscribers): void {
  const gauge: Gauge = new Gauge({
    name: 'fieldstream_stream_subscribers',
    help: 'Clients that listen to the stream of alerts.',
    registers: [registry],
    collect: () => gauge.set(subscribers.size),
  });
  const cut: Counter = new Counter({
    name: 'fieldstream_stream_subscribers_cut_total',
    help: 'Clients of the stream of alerts that were cut off because they did not keep up.',
    registers: [registry],
    collect: () => {
      cut.reset();
      cut.inc(subscribers.cut);
    },
  });
}
