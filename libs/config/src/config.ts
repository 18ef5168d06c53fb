import type { LogLevel } from './variables.js';

export interface KafkaConfig {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  /** Empty for none. */
  readonly topicPrefix: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionHours: number;
  readonly sessionTimeoutMs: number;
}

export interface DatabaseConfig {
  /** Holds a password: never log it. */
  readonly url: string;
  readonly poolSize: number;
  /** Undefined: raw readings are kept. */
  readonly rawRetentionDays: number | undefined;
  readonly grafanaPassword: string | undefined;
}

/** Where devices connect, and who may, as the API tells people. */
export interface BrokerConfig {
  readonly host: string;
  readonly port: number;
  readonly policy: DevicePolicy;
}

export interface MqttConfig {
  readonly host: string;
  readonly port: number;
  readonly maxPacketBytes: number;
  readonly ackDeadlineMs: number;
  readonly maxInFlightBytes: number;
  readonly maxConnections: number;
  readonly lingerMs: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly lanes: number;
}

/** `open`: any client; `registered`: registered devices alone. */
export type DevicePolicy = 'open' | 'registered';

/** Ways in besides plain MQTT. Undefined ports: not listened on. */
export interface ListenersConfig {
  readonly tlsPort: number | undefined;
  readonly wsPort: number | undefined;
  readonly wssPort: number | undefined;
  readonly certPath: string | undefined;
  readonly keyPath: string | undefined;
  /** Undefined: no client certificates are asked for. */
  readonly clientCaPath: string | undefined;
  readonly requiresCertificate: boolean;
}

/** Bounds on what MQTT clients may do, as their variables describe them. */
export interface LimitsConfig {
  readonly maxConnectBytes: number;
  readonly connectTimeoutMs: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxPendingConnections: number;
  readonly connectsPerSecond: number;
  readonly publishesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly keepaliveMinSeconds: number;
  readonly keepaliveMaxSeconds: number;
  readonly maxTopicBytes: number;
  readonly maxTopicLevels: number;
  readonly maxClientIdLength: number;
  readonly maxFilters: number;
  readonly maxRetainedMessages: number;
  readonly maxRetainedBytes: number;
  readonly maxRetainedPerClient: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly maxSessions: number;
  readonly sessionExpiryHours: number;
}

/** Where a bridge keeps what outlives it. */
export interface BridgeStateConfig {
  /** As it was given. Undefined: in memory (under the data folder in the standalone process). */
  readonly path: string | undefined;
}

export interface SourcesConfig {
  /** YAML file, as it was given. Undefined: no foreign brokers. */
  readonly path: string | undefined;
}

export interface DecodingConfig {
  /** YAML file, as it was given. Undefined: no mappings. */
  readonly mappingsPath: string | undefined;
  /** IANA name. */
  readonly timeZone: string;
}

/** Bounds on what one device may bring into the database. */
export interface GuardsConfig {
  readonly maxMetricsPerDevice: number;
}

export interface DevicesConfig {
  readonly claimsByFirstUse: boolean;
  readonly allowOpenOffLoopback: boolean;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Undefined: no token is asked for. */
  readonly apiToken: string | undefined;
}

/** The engines that the standalone process runs itself, and its simulated devices. */
export interface EmbeddedConfig {
  /** As it was given: relative to the working directory. */
  readonly dataDir: string;
  readonly kafkaPort: number;
  readonly sqlPort: number;
  /** Undefined: only when both engines are embedded. */
  readonly demo: boolean | undefined;
}

export interface AlertingConfig {
  /** File or directory of rules and channels, as it was given. Undefined: nothing is provisioned. */
  readonly path: string | undefined;
  /** Where people open the console, without a slash at its end. Undefined: not known. */
  readonly consoleUrl: string | undefined;
}

/** What the console's dashboards are made of. */
export interface DashboardsConfig {
  /** Folder of dashboards, as it was given. Undefined: the built-in ones only. */
  readonly path: string | undefined;
  /** Of the result of one query. */
  readonly maxRows: number;
}

/** Where a process without an HTTP API shows its health and metrics. */
export interface OpsConfig {
  readonly host: string;
  readonly port: number;
}

export interface LogConfig {
  readonly level: LogLevel;
}

/** Everything that can be configured. Frozen. */
export interface Config {
  readonly kafka: KafkaConfig;
  readonly database: DatabaseConfig;
  readonly broker: BrokerConfig;
  readonly mqtt: MqttConfig;
  readonly listeners: ListenersConfig;
  readonly limits: LimitsConfig;
  readonly bridgeState: BridgeStateConfig;
  readonly sources: SourcesConfig;
  readonly decoding: DecodingConfig;
  readonly guards: GuardsConfig;
  readonly devices: DevicesConfig;
  readonly http: HttpConfig;
  readonly embedded: EmbeddedConfig;
  readonly dashboards: DashboardsConfig;
  readonly alerting: AlertingConfig;
  readonly ops: OpsConfig;
  readonly log: LogConfig;
  /** Sentences to log at start, such as a variable name that looks mistyped. */
  readonly warnings: readonly string[];
}

export type BridgeConfig = Pick<
  Config,
  | 'kafka'
  | 'broker'
  | 'mqtt'
  | 'listeners'
  | 'limits'
  | 'bridgeState'
  | 'sources'
  | 'decoding'
  | 'devices'
  | 'ops'
  | 'log'
  | 'warnings'
>;
export type AggregatorConfig = Pick<Config, 'kafka' | 'database' | 'guards' | 'ops' | 'log' | 'warnings'>;
export type AlerterConfig = Pick<Config, 'kafka' | 'database' | 'alerting' | 'ops' | 'log' | 'warnings'>;
export type ApiConfig = Pick<
  Config,
  'kafka' | 'database' | 'broker' | 'decoding' | 'http' | 'dashboards' | 'log' | 'warnings'
>;

/** What the standalone process reads: an engine that is not given is embedded. */
export interface StandaloneConfig extends Omit<Config, 'kafka' | 'database'> {
  readonly kafka: Omit<KafkaConfig, 'brokers'> & { readonly brokers: readonly string[] | undefined };
  readonly database: Omit<DatabaseConfig, 'url'> & { readonly url: string | undefined };
}

/** The configuration of each app: a full `Config` serves as any of them. */
export interface ConfigOf {
  readonly bridge: BridgeConfig;
  readonly aggregator: AggregatorConfig;
  readonly alerter: AlerterConfig;
  readonly api: ApiConfig;
  readonly standalone: StandaloneConfig;
}
