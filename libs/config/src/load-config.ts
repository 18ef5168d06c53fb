import type { App } from './app.js';
import { ConfigError } from './config-error.js';
import type { Config, ConfigOf } from './config.js';
import { crossCheck } from './cross-checks.js';
import { readEnvironment } from './environment.js';
import { nearMisses } from './near-miss.js';
import { parseValues, type Environment, type Values } from './values.js';
import { SECTIONS_OF, VARIABLES, variablesOf, type SectionName } from './variables.js';

/**
 * Reads an app's configuration from the environment, once, without connecting anywhere. The result is frozen and has
 * every section that the app needs.
 * @throws ConfigError that lists every faulty variable with its fault and a valid example, and no secret's value.
 */
export function loadConfig<A extends App>(app: A, env: Environment = readEnvironment()): ConfigOf[A] {
  const { values, problems } = parseValues(app, env);
  problems.push(...crossCheck(values));
  if (problems.length > 0) throw new ConfigError(problems);
  const sections = Object.keys(VARIABLES) as SectionName[];
  const names = sections.flatMap((section) => variablesOf(section).map(([name]) => name));
  const config: Config = { ...assemble(values as Values), warnings: nearMisses(env, names) };
  const needed = new Set<string>([...SECTIONS_OF[app], 'warnings']);
  const own = Object.fromEntries(
    Object.entries(config)
      .filter(([section]) => needed.has(section))
      .map(([section, value]) => [section, Object.freeze(value)]),
  );
  return Object.freeze(own) as unknown as ConfigOf[A];
}

function assemble(values: Values): Omit<Config, 'warnings'> {
  return {
    kafka: {
      brokers: values.KAFKA_BROKERS,
      topicPrefix: values.KAFKA_TOPIC_PREFIX,
      partitions: values.KAFKA_PARTITIONS,
      replicationFactor: values.KAFKA_REPLICATION_FACTOR,
      retentionHours: values.KAFKA_RETENTION_HOURS,
      sessionTimeoutMs: values.KAFKA_SESSION_TIMEOUT_MS,
    },
    database: {
      url: values.DATABASE_URL,
      poolSize: values.DATABASE_POOL_SIZE,
      rawRetentionDays: values.RAW_RETENTION_DAYS,
      grafanaPassword: values.GRAFANA_READER_PASSWORD,
    },
    broker: { host: values.HOST, port: values.MQTT_PORT, policy: values.DEVICE_POLICY },
    mqtt: {
      host: values.HOST,
      port: values.MQTT_PORT,
      maxPacketBytes: values.MQTT_MAX_PACKET_BYTES,
      ackDeadlineMs: values.MQTT_ACK_DEADLINE_MS,
      maxInFlightBytes: values.MQTT_MAX_IN_FLIGHT_BYTES,
      maxConnections: values.MQTT_MAX_CONNECTIONS,
      lingerMs: values.BRIDGE_LINGER_MS,
      maxBatchRecords: values.BRIDGE_BATCH_RECORDS,
      maxBatchBytes: values.BRIDGE_BATCH_BYTES,
      lanes: values.BRIDGE_LANES,
    },
    listeners: {
      tlsPort: values.MQTT_TLS_PORT,
      wsPort: values.MQTT_WS_PORT,
      wssPort: values.MQTT_WSS_PORT,
      certPath: values.MQTT_TLS_CERT_PATH,
      keyPath: values.MQTT_TLS_KEY_PATH,
      clientCaPath: values.MQTT_TLS_CLIENT_CA_PATH,
      requiresCertificate: values.MQTT_TLS_REQUIRE_CERTIFICATE,
    },
    limits: {
      maxConnectBytes: values.MQTT_MAX_CONNECT_BYTES,
      connectTimeoutMs: values.MQTT_CONNECT_TIMEOUT_MS,
      maxConnectionsPerAddress: values.MQTT_MAX_CONNECTIONS_PER_ADDRESS,
      maxPendingConnections: values.MQTT_MAX_PENDING_CONNECTIONS,
      connectsPerSecond: values.MQTT_CONNECTS_PER_SECOND,
      publishesPerSecond: values.MQTT_PUBLISHES_PER_SECOND,
      bytesPerSecond: values.MQTT_BYTES_PER_SECOND,
      keepaliveMinSeconds: values.MQTT_KEEPALIVE_MIN_SECONDS,
      keepaliveMaxSeconds: values.MQTT_KEEPALIVE_MAX_SECONDS,
      maxTopicBytes: values.MQTT_MAX_TOPIC_BYTES,
      maxTopicLevels: values.MQTT_MAX_TOPIC_LEVELS,
      maxClientIdLength: values.MQTT_MAX_CLIENT_ID_LENGTH,
      maxFilters: values.MQTT_MAX_FILTERS,
      maxRetainedMessages: values.MQTT_MAX_RETAINED_MESSAGES,
      maxRetainedBytes: values.MQTT_MAX_RETAINED_BYTES,
      maxRetainedPerClient: values.MQTT_MAX_RETAINED_PER_CLIENT,
      maxQueuedMessages: values.MQTT_MAX_QUEUED_MESSAGES,
      maxQueuedBytes: values.MQTT_MAX_QUEUED_BYTES,
      maxSessions: values.MQTT_MAX_SESSIONS,
      sessionExpiryHours: values.MQTT_SESSION_EXPIRY_HOURS,
    },
    bridgeState: { path: values.MQTT_STATE_PATH },
    sources: { path: values.SOURCES_PATH },
    decoding: { mappingsPath: values.MAPPINGS_PATH, timeZone: values.DEVICE_TIME_ZONE },
    guards: { maxMetricsPerDevice: values.DEVICE_MAX_METRICS },
    devices: {
      claimsByFirstUse: values.DEVICE_CLAIM,
      allowOpenOffLoopback: values.DEVICE_OPEN_OFF_LOOPBACK,
    },
    http: { host: values.HOST, port: values.HTTP_PORT, apiToken: values.API_TOKEN },
    embedded: {
      dataDir: values.DATA_DIR,
      kafkaPort: values.EMBEDDED_KAFKA_PORT,
      sqlPort: values.EMBEDDED_SQL_PORT,
      demo: values.DEMO,
    },
    dashboards: { path: values.DASHBOARDS_PATH, maxRows: values.DASHBOARD_MAX_ROWS },
    alerting: { path: values.ALERTING_PATH, consoleUrl: values.CONSOLE_URL },
    ops: { host: values.HOST, port: values.OPS_PORT },
    log: { level: values.LOG_LEVEL },
  };
}
