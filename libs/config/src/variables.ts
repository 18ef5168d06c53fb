import type { App } from './app.js';
import {
  bearerToken,
  brokerList,
  choice,
  databaseUrl,
  flag,
  folder,
  host,
  integer,
  password,
  path,
  port,
  timeZone,
  topicPrefix,
  webUrl,
  type ValueSchema,
} from './value-kinds.js';

/** One environment variable: the single source of parsing, `.env.example` and the documentation. */
export interface Variable<T = unknown> {
  /** Plain sentences for an operator. */
  readonly description: string;
  readonly schema: ValueSchema<T>;
  /** A value that is taken. */
  readonly example: string;
  /** The text that stands in where the variable is unset; by app where the apps differ. */
  readonly fallback?: string | Readonly<Partial<Record<App, string>>>;
  /** Why the start fails where the variable is unset; only for variables that must be set. */
  readonly required?: string;
  /** Unset, the standalone process starts an engine of its own instead. */
  readonly orEmbedded?: true;
  /** The value must never be shown. */
  readonly secret?: true;
}

type Unset = { fallback?: never; required?: never };

function variable<T>(definition: Variable<T> & Unset): Variable<T | undefined>;
function variable<T>(definition: Variable<T>): Variable<T>;
function variable<T>(definition: Variable<T>): Variable<T | undefined> {
  return definition;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Every variable, by section of the configuration. */
export const VARIABLES = {
  network: {
    HOST: variable({
      description:
        'Address that the MQTT, HTTP and ops ports listen on. Off loopback (for example 0.0.0.0) the API needs API_TOKEN, and DEVICE_POLICY=open needs DEVICE_OPEN_OFF_LOOPBACK=true.',
      schema: host(),
      example: '0.0.0.0',
      fallback: '127.0.0.1',
    }),
  },
  kafka: {
    KAFKA_BROKERS: variable({
      description:
        'Kafka brokers to start from: host:port, comma-separated. Unset, `npm start` runs an embedded log that speaks the Kafka protocol; the separate services need it.',
      schema: brokerList(),
      example: '127.0.0.1:9092',
      orEmbedded: true,
      required: 'is not set: the address of a Kafka broker is needed (`npm run stack:up` starts one)',
    }),
    KAFKA_TOPIC_PREFIX: variable({
      description:
        'Begins the name of every topic and consumer group, so that installations can share a cluster.',
      schema: topicPrefix(),
      example: 'plant-a.',
      fallback: '',
    }),
    KAFKA_PARTITIONS: variable({
      description: 'Partitions of a topic that does not exist yet; the bound on parallel consumers.',
      schema: integer(1, 1000),
      example: '12',
      fallback: '12',
    }),
    KAFKA_REPLICATION_FACTOR: variable({
      description: 'Copies of each partition of a topic that does not exist yet. Use 3 on a cluster.',
      schema: integer(1, 15),
      example: '3',
      fallback: '1',
    }),
    KAFKA_RETENTION_HOURS: variable({
      description:
        'How long Kafka keeps the records of a topic that does not exist yet: the longest outage of a consumer without loss.',
      schema: integer(1, 87_600, 'hours'),
      example: '168',
      fallback: '168',
    }),
    KAFKA_SESSION_TIMEOUT_MS: variable({
      description: 'After this silence Kafka gives the partitions of a consumer to another.',
      schema: integer(6_000, 1_800_000, 'milliseconds'),
      example: '10000',
      fallback: '10000',
    }),
  },
  database: {
    DATABASE_URL: variable({
      description:
        'PostgreSQL with TimescaleDB. Special characters in the password are percent-encoded. Unset, `npm start` runs an embedded TimescaleDB; the separate services need it.',
      schema: databaseUrl(),
      orEmbedded: true,
      example: 'postgres://fieldstream:secret@127.0.0.1:5432/fieldstream',
      required: 'is not set: the URL of a TimescaleDB database is needed (`npm run stack:up` starts one)',
      secret: true,
    }),
    DATABASE_POOL_SIZE: variable({
      description: 'Most database connections that one process opens.',
      schema: integer(1, 500, 'connections'),
      example: '10',
      fallback: '10',
    }),
    RAW_RETENTION_DAYS: variable({
      description: 'Raw readings older than this are dropped; rollups stay. Unset: kept for ever.',
      schema: integer(1, 36_500, 'days'),
      example: '90',
    }),
    GRAFANA_READER_PASSWORD: variable({
      description:
        'Password of the database role grafana_reader, which reads the dashboard views only. Unset: the role gets no password.',
      schema: password(8),
      example: 'a-password-for-grafana',
      secret: true,
    }),
  },
  broker: {
    MQTT_PORT: variable({
      description: 'MQTT port for devices; 0 for any free one.',
      schema: port(),
      example: '1883',
      fallback: '1883',
    }),
    DEVICE_POLICY: variable({
      description:
        'Who may publish. open: any client, devices appear with their first reading; only the name of a registered device needs its token. registered: registered devices alone, each for itself. The API and all bridges have the same.',
      schema: choice(['open', 'registered']),
      example: 'registered',
      fallback: 'open',
    }),
  },
  mqtt: {
    MQTT_MAX_PACKET_BYTES: variable({
      description:
        'Largest MQTT packet; a client that sends a larger one is disconnected. Bounded by what a Kafka broker takes by default.',
      schema: integer(1_024, 900_000, 'bytes'),
      example: '262144',
      fallback: '262144',
    }),
    MQTT_ACK_DEADLINE_MS: variable({
      description:
        'How long a publish waits for Kafka. Then its connection is closed without an acknowledgement, and the device resends.',
      schema: integer(100, 600_000, 'milliseconds'),
      example: '20000',
      fallback: '20000',
    }),
    MQTT_MAX_IN_FLIGHT_BYTES: variable({
      description:
        'Most bytes that wait for Kafka in the bridge. Beyond it QoS 0 is shed and counted, QoS 1 and 2 are refused.',
      schema: integer(1_048_576, 8_589_934_592, 'bytes'),
      example: '67108864',
      fallback: '67108864',
    }),
    MQTT_MAX_CONNECTIONS: variable({
      description: 'Most MQTT connections of one bridge.',
      schema: integer(1, 1_000_000, 'connections'),
      example: '25000',
      fallback: '25000',
    }),
    BRIDGE_LINGER_MS: variable({
      description: 'How long the bridge collects records before it sends them to Kafka together.',
      schema: integer(0, 1_000, 'milliseconds'),
      example: '2',
      fallback: '2',
    }),
    BRIDGE_BATCH_RECORDS: variable({
      description: 'Most records of one batch to Kafka.',
      schema: integer(1, 100_000, 'records'),
      example: '1000',
      fallback: '1000',
    }),
    BRIDGE_BATCH_BYTES: variable({
      description: 'Most bytes of one batch to Kafka. Bounded by what a Kafka broker takes by default.',
      schema: integer(1_024, 950_000, 'bytes'),
      example: '524288',
      fallback: '524288',
    }),
    BRIDGE_LANES: variable({
      description:
        'Batches that are under way to Kafka at the same time; each partition belongs to one lane.',
      schema: integer(1, 64, 'lanes'),
      example: '3',
      fallback: '3',
    }),
  },
  listeners: {
    MQTT_TLS_PORT: variable({
      description:
        'MQTT port with TLS (1.2 and later), customarily 8883; 0 for any free one. Unset: none. Needs MQTT_TLS_CERT_PATH and MQTT_TLS_KEY_PATH.',
      schema: port(),
      example: '8883',
    }),
    MQTT_WS_PORT: variable({
      description: 'Port for MQTT over WebSocket (ws://host:port/mqtt); 0 for any free one. Unset: none.',
      schema: port(),
      example: '9001',
    }),
    MQTT_WSS_PORT: variable({
      description:
        'Port for MQTT over WebSocket with TLS; 0 for any free one. Unset: none. Needs MQTT_TLS_CERT_PATH and MQTT_TLS_KEY_PATH.',
      schema: port(),
      example: '9443',
    }),
    MQTT_TLS_CERT_PATH: variable({
      description: 'PEM file of the certificate, with its chain. Read again when it changes.',
      schema: path(),
      example: './certs/server.crt',
    }),
    MQTT_TLS_KEY_PATH: variable({
      description: 'PEM file of the private key. Read again when it changes.',
      schema: path(),
      example: './certs/server.key',
    }),
    MQTT_TLS_CLIENT_CA_PATH: variable({
      description:
        'PEM file of the authorities whose client certificates name devices: the common name is the ID of a registered device. Unset: no certificates are asked for.',
      schema: path(),
      example: './certs/devices-ca.crt',
    }),
    MQTT_TLS_REQUIRE_CERTIFICATE: variable({
      description: 'Whether a client without a certificate is turned away at the ports with TLS.',
      schema: flag(),
      example: 'true',
      fallback: 'false',
    }),
  },
  limits: {
    MQTT_MAX_CONNECT_BYTES: variable({
      description: 'Largest CONNECT packet: what a client may send before anything is known of it.',
      schema: integer(256, 262_144, 'bytes'),
      example: '16384',
      fallback: '16384',
    }),
    MQTT_CONNECT_TIMEOUT_MS: variable({
      description:
        'A connection that has not sent its whole CONNECT by then is closed; handshakes of TLS and WebSocket included.',
      schema: integer(100, 300_000, 'milliseconds'),
      example: '10000',
      fallback: '10000',
    }),
    MQTT_MAX_CONNECTIONS_PER_ADDRESS: variable({
      description:
        'Most MQTT connections from one IP address; of IPv6, from one network of 64 bits. Behind a proxy or NAT all devices may share one address.',
      schema: integer(1, 1_000_000, 'connections'),
      example: '25000',
      fallback: '25000',
    }),
    MQTT_MAX_PENDING_CONNECTIONS: variable({
      description:
        'Most connections that have not been let in yet. Beyond it the oldest is closed that has not sent its CONNECT, of the address that has most of those; where all have, the newest is.',
      schema: integer(1, 1_000_000, 'connections'),
      example: '4000',
      fallback: '4000',
    }),
    MQTT_CONNECTS_PER_SECOND: variable({
      description:
        'CONNECTs that are looked at in one second. Further ones wait; when two seconds of them do, they are refused with return code 3.',
      schema: integer(1, 1_000_000, 'CONNECTs'),
      example: '2000',
      fallback: '2000',
    }),
    MQTT_PUBLISHES_PER_SECOND: variable({
      description:
        'Publishes of one client in one second, on average; ten seconds of them may come at once. Beyond it the client is read more slowly, and after a minute of that disconnected. The connections of one registered device count together.',
      schema: integer(1, 1_000_000, 'publishes'),
      example: '2000',
      fallback: '2000',
    }),
    MQTT_BYTES_PER_SECOND: variable({
      description: 'Bytes of one client in one second, on average; see MQTT_PUBLISHES_PER_SECOND.',
      schema: integer(1_024, 1_073_741_824, 'bytes'),
      example: '4194304',
      fallback: '4194304',
    }),
    MQTT_KEEPALIVE_MIN_SECONDS: variable({
      description: 'Least keep-alive; a client that asks for less, 0 excepted, is refused.',
      schema: integer(0, 65_535, 'seconds'),
      example: '5',
      fallback: '0',
    }),
    MQTT_KEEPALIVE_MAX_SECONDS: variable({
      description:
        'A client that asks for a longer keep-alive, or for none (0), is closed after one and a half times this silence.',
      schema: integer(10, 65_535, 'seconds'),
      example: '3600',
      fallback: '3600',
    }),
    MQTT_MAX_TOPIC_BYTES: variable({
      description: 'Longest topic name or filter.',
      schema: integer(64, 65_535, 'bytes'),
      example: '1024',
      fallback: '1024',
    }),
    MQTT_MAX_TOPIC_LEVELS: variable({
      description: 'Most levels (parts between slashes) of a topic name or filter.',
      schema: integer(4, 100, 'levels'),
      example: '32',
      fallback: '32',
    }),
    MQTT_MAX_CLIENT_ID_LENGTH: variable({
      description: 'Longest client ID.',
      schema: integer(23, 65_535, 'characters'),
      example: '256',
      fallback: '256',
    }),
    MQTT_MAX_FILTERS: variable({
      description: 'Most topic filters that one client is subscribed to.',
      schema: integer(1, 100_000, 'filters'),
      example: '1000',
      fallback: '1000',
    }),
    MQTT_MAX_RETAINED_MESSAGES: variable({
      description: 'Most retained messages in all; further ones are delivered, not kept.',
      schema: integer(1, 10_000_000, 'messages'),
      example: '100000',
      fallback: '100000',
    }),
    MQTT_MAX_RETAINED_BYTES: variable({
      description: 'Most bytes of retained messages in all.',
      schema: integer(65_536, 8_589_934_592, 'bytes'),
      example: '67108864',
      fallback: '67108864',
    }),
    MQTT_MAX_RETAINED_PER_CLIENT: variable({
      description: 'Most retained messages of one device, or, where no device is known, of one client ID.',
      schema: integer(1, 10_000_000, 'messages'),
      example: '10000',
      fallback: '10000',
    }),
    MQTT_MAX_QUEUED_MESSAGES: variable({
      description:
        'Most messages that wait for one session that is away; further ones are left out and counted.',
      schema: integer(1, 1_000_000, 'messages'),
      example: '1000',
      fallback: '1000',
    }),
    MQTT_MAX_QUEUED_BYTES: variable({
      description: 'Most bytes that wait for all sessions together.',
      schema: integer(65_536, 8_589_934_592, 'bytes'),
      example: '67108864',
      fallback: '67108864',
    }),
    MQTT_MAX_SESSIONS: variable({
      description: 'Most persistent sessions; beyond it the one that has been away longest is forgotten.',
      schema: integer(1, 10_000_000, 'sessions'),
      example: '100000',
      fallback: '100000',
    }),
    MQTT_SESSION_EXPIRY_HOURS: variable({
      description: 'A persistent session that has been away for so long is forgotten.',
      schema: integer(1, 87_600, 'hours'),
      example: '168',
      fallback: '168',
    }),
  },
  bridgeState: {
    MQTT_STATE_PATH: variable({
      description:
        'Folder where a bridge keeps retained messages, persistent sessions and what it has taken from foreign brokers. It is made where it is missing; one bridge at a time uses it. Unset, `npm start` keeps them under DATA_DIR; a separate bridge keeps them in memory, and forgets them when it ends.',
      schema: folder(),
      example: '/var/lib/fieldstream/bridge',
    }),
  },
  sources: {
    SOURCES_PATH: variable({
      description: 'YAML file of MQTT brokers that the bridge subscribes to besides being one. Unset: none.',
      schema: path(),
      example: './sources.yaml',
    }),
  },
  decoding: {
    MAPPINGS_PATH: variable({
      description:
        'YAML file that says how topics and payloads of no known family become readings. Read again when it changes. Unset: none.',
      schema: path(),
      example: './mappings.yaml',
    }),
    DEVICE_TIME_ZONE: variable({
      description: "Time zone (IANA name) of devices' local times that carry no offset, such as Tasmota's.",
      schema: timeZone(),
      example: 'Europe/Berlin',
      fallback: 'UTC',
    }),
  },
  guards: {
    DEVICE_MAX_METRICS: variable({
      description:
        'Most metrics of one device. A publish that would bring more is dead-lettered: names that hold values or times would fill the database.',
      schema: integer(1, 1_000_000, 'metrics'),
      example: '1000',
      fallback: '1000',
    }),
  },
  devices: {
    DEVICE_CLAIM: variable({
      description:
        'Under DEVICE_POLICY=registered: whether a device that is not registered yet becomes so with the user name and password (16 characters at least) that it connects with first. For the time of a roll-out, in a network that is trusted.',
      schema: flag(),
      example: 'true',
      fallback: 'false',
    }),
    DEVICE_OPEN_OFF_LOOPBACK: variable({
      description:
        'Allows DEVICE_POLICY=open where HOST is not loopback: then anybody who reaches the port can publish.',
      schema: flag(),
      example: 'true',
      fallback: 'false',
    }),
  },
  http: {
    HTTP_PORT: variable({
      description: 'Port of the HTTP API; 0 for any free one.',
      schema: port(),
      example: '3000',
      fallback: '3000',
    }),
    API_TOKEN: variable({
      description:
        'Bearer token that every request for data or metrics must carry; health checks and the documentation of the API need none. Required where HOST is not loopback. At least 16 characters; `openssl rand -hex 32` makes one.',
      schema: bearerToken(16),
      example: '4f1c0a7e9b2d48d6a3f5c1e07b9a2d64',
      secret: true,
    }),
  },
  embedded: {
    DATA_DIR: variable({
      description:
        'Folder of the embedded engines, for `npm start` without KAFKA_BROKERS or DATABASE_URL. It is made where it is missing; one process at a time uses it.',
      schema: folder(),
      example: '/var/lib/fieldstream',
      fallback: './data',
    }),
    EMBEDDED_KAFKA_PORT: variable({
      description: 'Loopback port of the embedded log; 0 for any free one.',
      schema: port(),
      example: '9192',
      fallback: '9192',
    }),
    EMBEDDED_SQL_PORT: variable({
      description: 'Loopback port of the embedded TimescaleDB; 0 for any free one.',
      schema: port(),
      example: '5532',
      fallback: '5532',
    }),
    DEMO: variable({
      description:
        'Whether `npm start` runs a fleet of simulated devices, whose IDs begin with demo-. Unset: only when both engines are embedded.',
      schema: flag(),
      example: 'false',
    }),
  },
  dashboards: {
    DASHBOARDS_PATH: variable({
      description:
        "Folder of dashboards of one's own for the console: *.json files as Grafana exports them. They are read again when they change. Unset: only the built-in ones are shown.",
      schema: path(),
      example: './my-dashboards',
    }),
    DASHBOARD_MAX_ROWS: variable({
      description:
        'Most rows of the result of one query of a dashboard in the console; the rest is left out, with a warning.',
      schema: integer(100, 1_000_000, 'rows'),
      example: '100000',
      fallback: '100000',
    }),
  },
  alerting: {
    ALERTING_PATH: variable({
      description:
        'YAML file of alert rules and notification channels, or a directory whose *.yaml and *.yml files hold them. They are put in place at start; the API cannot change them. All alerters of an installation have the same files. Unset: none are.',
      schema: path(),
      example: './alerting',
    }),
    CONSOLE_URL: variable({
      description:
        'Address at which people open the console. Notifications link to its page of alerts. Unset: `npm start` takes its own HTTP address; a separate alerter sends no links.',
      schema: webUrl(),
      example: 'https://fieldstream.example.org',
    }),
  },
  ops: {
    OPS_PORT: variable({
      description: 'Port of the health checks and metrics of a process without HTTP API; 0 for any free one.',
      schema: port(),
      example: '9101',
      fallback: { bridge: '9101', aggregator: '9102', alerter: '9103', standalone: '9101' },
    }),
  },
  log: {
    LOG_LEVEL: variable({
      description: `Least level that is logged: ${LOG_LEVELS.join(', ')}.`,
      schema: choice(LOG_LEVELS),
      example: 'debug',
      // One process for everything prints its own few lines for whoever started it.
      fallback: { bridge: 'info', aggregator: 'info', alerter: 'info', api: 'info', standalone: 'warn' },
    }),
  },
} as const;

export type SectionName = keyof typeof VARIABLES;

/** The sections that each app reads. A fault in a variable of another section does not stop it. */
export const SECTIONS_OF = {
  bridge: [
    'network',
    'kafka',
    'broker',
    'mqtt',
    'listeners',
    'limits',
    'bridgeState',
    'sources',
    'decoding',
    'devices',
    'ops',
    'log',
  ],
  aggregator: ['network', 'kafka', 'database', 'guards', 'ops', 'log'],
  alerter: ['network', 'kafka', 'database', 'alerting', 'ops', 'log'],
  api: ['network', 'kafka', 'database', 'broker', 'decoding', 'http', 'dashboards', 'log'],
  standalone: [
    'network',
    'kafka',
    'database',
    'broker',
    'mqtt',
    'listeners',
    'limits',
    'bridgeState',
    'sources',
    'decoding',
    'guards',
    'devices',
    'http',
    'embedded',
    'dashboards',
    'alerting',
    'ops',
    'log',
  ],
} as const satisfies Record<App, readonly SectionName[]>;

/** Names and definitions of a section's variables. */
export function variablesOf(section: SectionName): [name: string, definition: Variable][] {
  return Object.entries(VARIABLES[section]);
}

/** The text that stands in where a variable is unset. */
export function fallbackOf(definition: Variable, app: App): string | undefined {
  return typeof definition.fallback === 'object' ? definition.fallback[app] : definition.fallback;
}
