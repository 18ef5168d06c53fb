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

export interface DevicesConfig {
  readonly policy: 'open';
  readonly allowOpenOffLoopback: boolean;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Undefined: no token is asked for. */
  readonly apiToken: string | undefined;
}

/** Where a process without an HTTP API shows its health and metrics. */
export interface OpsConfig {
  readonly host: string;
  readonly port: number;
}

export interface LogConfig {
  readonly level: LogLevel;
}

/** Everything that can be configured; what the standalone process reads. Frozen. */
export interface Config {
  readonly kafka: KafkaConfig;
  readonly database: DatabaseConfig;
  readonly mqtt: MqttConfig;
  readonly devices: DevicesConfig;
  readonly http: HttpConfig;
  readonly ops: OpsConfig;
  readonly log: LogConfig;
  /** Sentences to log at start, such as a variable name that looks mistyped. */
  readonly warnings: readonly string[];
}

export type BridgeConfig = Pick<Config, 'kafka' | 'mqtt' | 'devices' | 'ops' | 'log' | 'warnings'>;
export type AggregatorConfig = Pick<Config, 'kafka' | 'database' | 'ops' | 'log' | 'warnings'>;
export type AlerterConfig = Pick<Config, 'kafka' | 'database' | 'ops' | 'log' | 'warnings'>;
export type ApiConfig = Pick<Config, 'kafka' | 'database' | 'http' | 'log' | 'warnings'>;

/** The configuration of each app: a full `Config` serves as any of them. */
export interface ConfigOf {
  readonly bridge: BridgeConfig;
  readonly aggregator: AggregatorConfig;
  readonly alerter: AlerterConfig;
  readonly api: ApiConfig;
  readonly standalone: Config;
}
