import { describe, expect, test } from '@jest/globals';
import { APPS } from './app.js';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';
import { VARIABLES, variablesOf, type SectionName } from './variables.js';

const SECRET_URL = 'postgres://user:sesame@127.0.0.1:5432/fieldstream';
const MINIMUM = { KAFKA_BROKERS: '127.0.0.1:9092', DATABASE_URL: SECRET_URL };

function problemsOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was taken');
}

const ALL = (Object.keys(VARIABLES) as SectionName[]).flatMap((section) => variablesOf(section));

describe('a full configuration', () => {
  test('has the documented defaults', () => {
    expect(loadConfig('standalone', MINIMUM)).toEqual({
      kafka: {
        brokers: ['127.0.0.1:9092'],
        topicPrefix: '',
        partitions: 12,
        replicationFactor: 1,
        retentionHours: 168,
        sessionTimeoutMs: 10_000,
      },
      database: { url: SECRET_URL, poolSize: 10, rawRetentionDays: undefined, grafanaPassword: undefined },
      mqtt: {
        host: '127.0.0.1',
        port: 1883,
        maxPacketBytes: 262_144,
        ackDeadlineMs: 20_000,
        maxInFlightBytes: 67_108_864,
        maxConnections: 25_000,
        lingerMs: 2,
        maxBatchRecords: 1000,
        maxBatchBytes: 524_288,
        lanes: 3,
      },
      broker: { host: '127.0.0.1', port: 1883, policy: 'open' },
      listeners: {
        tlsPort: undefined,
        wsPort: undefined,
        wssPort: undefined,
        certPath: undefined,
        keyPath: undefined,
        clientCaPath: undefined,
        requiresCertificate: false,
      },
      limits: {
        maxConnectBytes: 16_384,
        connectTimeoutMs: 10_000,
        maxConnectionsPerAddress: 25_000,
        maxPendingConnections: 4_000,
        connectsPerSecond: 2_000,
        publishesPerSecond: 2_000,
        bytesPerSecond: 4_194_304,
        keepaliveMinSeconds: 0,
        keepaliveMaxSeconds: 3_600,
        maxTopicBytes: 1_024,
        maxTopicLevels: 32,
        maxClientIdLength: 256,
        maxFilters: 1_000,
        maxRetainedMessages: 100_000,
        maxRetainedBytes: 67_108_864,
        maxRetainedPerClient: 10_000,
        maxQueuedMessages: 1_000,
        maxQueuedBytes: 67_108_864,
        maxSessions: 100_000,
        sessionExpiryHours: 168,
      },
      bridgeState: { path: undefined },
      sources: { path: undefined },
      decoding: { mappingsPath: undefined, timeZone: 'UTC' },
      guards: { maxMetricsPerDevice: 1_000 },
      devices: { claimsByFirstUse: false, allowOpenOffLoopback: false },
      http: { host: '127.0.0.1', port: 3000, apiToken: undefined },
      embedded: { dataDir: './data', kafkaPort: 9192, sqlPort: 5532, demo: undefined },
      dashboards: { path: undefined, maxRows: 100_000 },
      alerting: { path: undefined, consoleUrl: undefined },
      ops: { host: '127.0.0.1', port: 9101 },
      log: { level: 'warn' },
      warnings: [],
    });
  });

  test('leaves out, standalone, the engines that are to be embedded', () => {
    const config = loadConfig('standalone', {});
    expect(config.kafka.brokers).toBeUndefined();
    expect(config.database.url).toBeUndefined();
    expect(() => loadConfig('aggregator', {})).toThrow(ConfigError);
  });

  test('is frozen throughout', () => {
    const config = loadConfig('standalone', MINIMUM);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.values(config).every((section) => Object.isFrozen(section))).toBe(true);
    expect(Object.isFrozen(config.kafka.brokers)).toBe(true);
  });

  test.each([
    ['bridge', 9101],
    ['aggregator', 9102],
    ['alerter', 9103],
  ] as const)('gives the %s its own ops port', (app, port) => {
    expect(loadConfig(app, MINIMUM).ops.port).toBe(port);
  });
});

test.each([
  [
    'bridge',
    [
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
      'warnings',
    ],
  ],
  ['aggregator', ['kafka', 'database', 'guards', 'ops', 'log', 'warnings']],
  ['alerter', ['kafka', 'database', 'alerting', 'ops', 'log', 'warnings']],
  ['api', ['kafka', 'database', 'broker', 'decoding', 'http', 'dashboards', 'log', 'warnings']],
] as const)('%s gets its own sections only', (app, sections) => {
  expect(Object.keys(loadConfig(app, MINIMUM)).sort()).toEqual([...sections].sort());
});

test('an app is not stopped by a variable that it does not read', () => {
  expect(() => loadConfig('bridge', { KAFKA_BROKERS: 'localhost:9092', HTTP_PORT: 'x' })).not.toThrow();
});

test('a variable that is empty or blank counts as unset', () => {
  const config = loadConfig('api', { ...MINIMUM, HTTP_PORT: '', API_TOKEN: '  ' });
  expect(config.http).toEqual({ host: '127.0.0.1', port: 3000, apiToken: undefined });
});

test.each(ALL)('the example of %s is taken', (name, definition) => {
  expect(definition.schema.safeParse(definition.example)).toMatchObject({ success: true });
  const env = {
    ...MINIMUM,
    API_TOKEN: '0123456789abcdef',
    DEVICE_OPEN_OFF_LOOPBACK: 'true',
    MQTT_TLS_CERT_PATH: './server.crt',
    MQTT_TLS_KEY_PATH: './server.key',
    MQTT_TLS_CLIENT_CA_PATH: './devices-ca.crt',
  };
  // OPS_PORT=9101 and so on must not clash with each other either.
  expect(() => loadConfig('standalone', { ...env, [name]: definition.example })).not.toThrow();
});

test('the address of the console loses the slash at its end', () => {
  const consoleUrl = (text: string) =>
    loadConfig('alerter', { ...MINIMUM, CONSOLE_URL: text }).alerting.consoleUrl;
  expect(consoleUrl('https://example.org/')).toBe('https://example.org');
  expect(consoleUrl('https://example.org/fieldstream/')).toBe('https://example.org/fieldstream');
});

/** Malformed values of every variable, each with the words of the fault. */
const MALFORMED: Record<string, [value: string, fault: string][]> = {
  HOST: [
    ['http://0.0.0.0', 'neither an IP address nor a host name'],
    ['127.0.0.1:80', 'neither an IP address nor a host name'],
    ['256.0.0.1', 'neither an IP address nor a host name'],
    ['a host', 'neither an IP address nor a host name'],
  ],
  KAFKA_BROKERS: [
    ['kafka', 'not host:port'],
    ['kafka:9092,', 'not host:port'],
    ['kafka://kafka:9092', 'is a URL'],
    ['kafka:0', 'not from 1 to 65535'],
    ['kafka:70000', 'not from 1 to 65535'],
    ['::1:9092', 'not host:port'],
    ['[::zz]:9092', 'neither an IP address nor a host name'],
  ],
  KAFKA_TOPIC_PREFIX: [
    ['a b', 'Kafka topic name'],
    ['ä.', 'Kafka topic name'],
    ['x'.repeat(101), 'at most 100'],
  ],
  KAFKA_PARTITIONS: numbers(1, 1000),
  KAFKA_REPLICATION_FACTOR: numbers(1, 15),
  KAFKA_RETENTION_HOURS: numbers(1, 87_600),
  KAFKA_SESSION_TIMEOUT_MS: numbers(6_000, 1_800_000),
  DATABASE_URL: [
    ['sesame', 'is not a URL'],
    ['mysql://user:sesame@host/db', 'not a postgres:// URL'],
    ['sesame:secret', 'not a postgres:// URL'],
    ['postgres:///db', 'names no server'],
    ['postgres://user:sesame@host', 'names no database'],
    ['postgres://user:sesame@host/', 'names no database'],
    ['postgres://user:ses%ame@host/db', 'two hexadecimal digits'],
  ],
  DATABASE_POOL_SIZE: numbers(1, 500),
  RAW_RETENTION_DAYS: numbers(1, 36_500),
  GRAFANA_READER_PASSWORD: [
    ['sesame', 'too short: it has 6'],
    ['sesame\u0007sesame', 'control characters'],
  ],
  MQTT_PORT: ports(),
  MQTT_MAX_PACKET_BYTES: numbers(1_024, 900_000),
  MQTT_ACK_DEADLINE_MS: numbers(100, 600_000),
  MQTT_MAX_IN_FLIGHT_BYTES: numbers(1_048_576, 8_589_934_592),
  MQTT_MAX_CONNECTIONS: numbers(1, 1_000_000),
  BRIDGE_LINGER_MS: numbers(0, 1_000),
  BRIDGE_BATCH_RECORDS: numbers(1, 100_000),
  BRIDGE_BATCH_BYTES: numbers(1_024, 950_000),
  BRIDGE_LANES: numbers(1, 64),
  DEVICE_POLICY: [
    ['closed', 'not one of open, registered'],
    ['toString', 'not one of open, registered'],
  ],
  MQTT_TLS_PORT: ports(),
  MQTT_WS_PORT: ports(),
  MQTT_WSS_PORT: ports(),
  MQTT_TLS_CERT_PATH: [['https://example.org/server.crt', 'is a URL']],
  MQTT_TLS_KEY_PATH: [['https://example.org/server.key', 'is a URL']],
  MQTT_TLS_CLIENT_CA_PATH: [['https://example.org/ca.crt', 'is a URL']],
  MQTT_TLS_REQUIRE_CERTIFICATE: [['yes', 'neither true nor false']],
  MQTT_MAX_CONNECT_BYTES: numbers(256, 262_144),
  MQTT_CONNECT_TIMEOUT_MS: numbers(100, 300_000),
  MQTT_MAX_CONNECTIONS_PER_ADDRESS: numbers(1, 1_000_000),
  MQTT_MAX_PENDING_CONNECTIONS: numbers(1, 1_000_000),
  MQTT_CONNECTS_PER_SECOND: numbers(1, 1_000_000),
  MQTT_PUBLISHES_PER_SECOND: numbers(1, 1_000_000),
  MQTT_BYTES_PER_SECOND: numbers(1_024, 1_073_741_824),
  MQTT_KEEPALIVE_MIN_SECONDS: numbers(0, 65_535),
  MQTT_KEEPALIVE_MAX_SECONDS: numbers(10, 65_535),
  MQTT_MAX_TOPIC_BYTES: numbers(64, 65_535),
  MQTT_MAX_TOPIC_LEVELS: numbers(4, 100),
  MQTT_MAX_CLIENT_ID_LENGTH: numbers(23, 65_535),
  MQTT_MAX_FILTERS: numbers(1, 100_000),
  MQTT_MAX_RETAINED_MESSAGES: numbers(1, 10_000_000),
  MQTT_MAX_RETAINED_BYTES: numbers(65_536, 8_589_934_592),
  MQTT_MAX_RETAINED_PER_CLIENT: numbers(1, 10_000_000),
  MQTT_MAX_QUEUED_MESSAGES: numbers(1, 1_000_000),
  MQTT_MAX_QUEUED_BYTES: numbers(65_536, 8_589_934_592),
  MQTT_MAX_SESSIONS: numbers(1, 10_000_000),
  MQTT_SESSION_EXPIRY_HOURS: numbers(1, 87_600),
  MQTT_STATE_PATH: [
    ['/', 'the root of the file system'],
    ['file:///var/lib/fieldstream', 'is a URL'],
  ],
  SOURCES_PATH: [['https://example.org/sources.yaml', 'is a URL']],
  MAPPINGS_PATH: [['https://example.org/mappings.yaml', 'is a URL']],
  DEVICE_TIME_ZONE: [
    ['Berlin', 'not a time zone'],
    ['Europe/Nowhere', 'not a time zone'],
  ],
  DEVICE_MAX_METRICS: numbers(1, 1_000_000),
  DEVICE_CLAIM: [['yes', 'neither true nor false']],
  DEVICE_OPEN_OFF_LOOPBACK: [
    ['yes', 'neither true nor false'],
    ['1', 'neither true nor false'],
  ],
  HTTP_PORT: ports(),
  API_TOKEN: [
    ['sesame', 'too short: it has 6'],
    ['sesame sesame sesame', 'may not have'],
    ['sesame-ä-sesame-sesame', 'may not have'],
  ],
  DATA_DIR: [
    ['/', 'the root of the file system'],
    ['file:///var/lib/fieldstream', 'is a URL'],
    ['da\0ta', 'NUL character'],
  ],
  EMBEDDED_KAFKA_PORT: ports(),
  EMBEDDED_SQL_PORT: ports(),
  DEMO: [['off', 'neither true nor false']],
  DASHBOARDS_PATH: [['https://example.org/dashboards', 'is a URL']],
  DASHBOARD_MAX_ROWS: numbers(100, 1_000_000),
  ALERTING_PATH: [
    ['https://example.org/alerting.yaml', 'is a URL'],
    ['alert\0ing', 'NUL character'],
  ],
  CONSOLE_URL: [
    ['fieldstream.example.org', 'is not a URL'],
    ['ftp://fieldstream.example.org', 'neither an http:// nor an https:// URL'],
    ['https://ann:sesame@fieldstream.example.org', 'has a user name or a password'],
    ['https://fieldstream.example.org/?kiosk', 'more than a path'],
  ],
  OPS_PORT: ports(),
  LOG_LEVEL: [
    ['INFO', 'not one of trace, debug, info'],
    ['loud', 'not one of trace, debug, info'],
  ],
};

function numbers(min: number, max: number): [string, string][] {
  const fault = `from ${min} to ${max}`;
  const texts = [
    'ten',
    '1.5',
    '1e3',
    '0x10',
    '1 000',
    'NaN',
    String(min - 1),
    String(max + 1),
    '9'.repeat(20),
  ];
  return texts.map((text) => [text, fault]);
}

function ports(): [string, string][] {
  return [
    ['http', 'not a port'],
    ['-1', 'not a port'],
    ['65536', 'not a port'],
    ['1883/tcp', 'not a port'],
    ['tcp://10.0.0.7:1883', 'Kubernetes service link'],
  ];
}

test('the table of malformed values has every variable', () => {
  expect(Object.keys(MALFORMED).sort()).toEqual(ALL.map(([name]) => name).sort());
});

const CASES = Object.entries(MALFORMED).flatMap(([name, cases]) =>
  cases.map(([value, fault]) => [name, value, fault] as const),
);

test.each(CASES)('%s=%j is refused with its name, its fault and a valid example', (name, value, fault) => {
  const error = problemsOf(() => loadConfig('standalone', { ...MINIMUM, [name]: value }));
  expect(error.problems.map((problem) => problem.variable)).toEqual([name]);
  expect(error.problems[0]?.fault).toContain(fault);
  const definition = ALL.find(([candidate]) => candidate === name)?.[1];
  expect(definition?.schema.safeParse(error.problems[0]?.example)).toMatchObject({ success: true });
  expect(error.message).toContain(name);
  expect(error.message).toContain(fault);
});

test.each([
  [
    { MQTT_TLS_PORT: '8883' },
    ['MQTT_TLS_CERT_PATH', 'MQTT_TLS_KEY_PATH'],
    'is not set, but MQTT_TLS_PORT is',
  ],
  [
    { MQTT_WSS_PORT: '9443', MQTT_TLS_CERT_PATH: 'a' },
    ['MQTT_TLS_KEY_PATH'],
    'is not set, but MQTT_WSS_PORT is',
  ],
  [{ MQTT_TLS_REQUIRE_CERTIFICATE: 'true' }, ['MQTT_TLS_CLIENT_CA_PATH'], 'but MQTT_TLS_REQUIRE_CERTIFICATE'],
])('TLS of %j lacks %j', (env, variables, fault) => {
  const { problems } = problemsOf(() => loadConfig('bridge', { ...MINIMUM, ...env }));
  expect(problems.map(({ variable }) => variable)).toEqual(variables);
  for (const problem of problems) expect(problem.fault).toContain(fault);
});

const SECRETS = ALL.filter(([, definition]) => definition.secret).map(([name]) => name);

test('the secrets are known as such', () => {
  expect(SECRETS.sort()).toEqual(['API_TOKEN', 'DATABASE_URL', 'GRAFANA_READER_PASSWORD']);
});

test.each(CASES.filter(([name]) => SECRETS.includes(name)))('%s=%j is never quoted', (name, value) => {
  const error = problemsOf(() => loadConfig('standalone', { ...MINIMUM, [name]: value }));
  const shown = JSON.stringify([error.message, error.stack, error.problems]);
  expect(shown).not.toContain('sesame');
  expect(shown).not.toContain('ses%ame');
});

test.each(['aggregator', 'alerter', 'api'] as const)(
  '%s does not start without Kafka and database, and says how to get them',
  (app) => {
    const error = problemsOf(() => loadConfig(app, {}));
    expect(error.problems.map((problem) => problem.variable)).toEqual(['KAFKA_BROKERS', 'DATABASE_URL']);
    for (const problem of error.problems) expect(problem.fault).toContain('npm run stack:up');
  },
);

test('the bridge needs no database', () => {
  expect(problemsOf(() => loadConfig('bridge', {})).problems.map((p) => p.variable)).toEqual([
    'KAFKA_BROKERS',
  ]);
});

test('all faults are told at once', () => {
  const error = problemsOf(() => loadConfig('api', { HTTP_PORT: 'x', DATABASE_POOL_SIZE: '0', HOST: '?' }));
  expect(error.problems.map((problem) => problem.variable)).toEqual([
    'HOST',
    'KAFKA_BROKERS',
    'DATABASE_URL',
    'DATABASE_POOL_SIZE',
    'HTTP_PORT',
  ]);
});

describe('variables that must fit together', () => {
  test.each(['0.0.0.0', '::', '192.168.1.2', 'gateway.local', '128.0.0.1'])(
    'off loopback (%s) the API needs a token',
    (HOST) => {
      const error = problemsOf(() => loadConfig('api', { ...MINIMUM, HOST }));
      expect(error.problems).toMatchObject([{ variable: 'API_TOKEN', fault: expect.stringContaining(HOST) }]);
      expect(() => loadConfig('api', { ...MINIMUM, HOST, API_TOKEN: '0123456789abcdef' })).not.toThrow();
    },
  );

  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])(
    'on loopback (%s) nothing more is asked',
    (HOST) => {
      expect(() => loadConfig('standalone', { ...MINIMUM, HOST })).not.toThrow();
    },
  );

  test('off loopback an open bridge must be allowed', () => {
    const env = { ...MINIMUM, HOST: '0.0.0.0' };
    const error = problemsOf(() => loadConfig('bridge', env));
    expect(error.problems.map((problem) => problem.variable)).toEqual(['DEVICE_OPEN_OFF_LOOPBACK']);
    expect(() => loadConfig('bridge', { ...env, DEVICE_OPEN_OFF_LOOPBACK: 'true' })).not.toThrow();
  });

  test('a faulty token is told once, as faulty', () => {
    const error = problemsOf(() => loadConfig('api', { ...MINIMUM, HOST: '0.0.0.0', API_TOKEN: 'short' }));
    expect(error.problems).toHaveLength(1);
  });

  test('ports differ, 0 excepted', () => {
    const error = problemsOf(() => loadConfig('standalone', { ...MINIMUM, HTTP_PORT: '1883' }));
    expect(error.problems).toMatchObject([{ variable: 'HTTP_PORT', example: '1884' }]);
    const free = { MQTT_PORT: '0', HTTP_PORT: '0', OPS_PORT: '0' };
    expect(() => loadConfig('standalone', { ...MINIMUM, ...free })).not.toThrow();
  });

  test('lingering leaves time for the acknowledgement', () => {
    const env = { ...MINIMUM, BRIDGE_LINGER_MS: '600', MQTT_ACK_DEADLINE_MS: '1000' };
    expect(problemsOf(() => loadConfig('bridge', env)).problems).toMatchObject([
      { variable: 'BRIDGE_LINGER_MS', fault: expect.stringContaining('MQTT_ACK_DEADLINE_MS=1000') },
    ]);
  });
});

test.each([
  ['KAFKA_PARTITION', 'KAFKA_PARTITIONS'],
  ['KAKFA_RETENTION_HOURS', 'KAFKA_RETENTION_HOURS'],
  ['MQTT_MAX_PACKET_BYTE', 'MQTT_MAX_PACKET_BYTES'],
])('%s is warned about, with %s', (name, meant) => {
  const { warnings } = loadConfig('standalone', { ...MINIMUM, [name]: '1' });
  expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${name} .*did you mean ${meant}\\?$`))]);
});

test('names of other programs are not warned about', () => {
  const env = { ...MINIMUM, KAFKA_HEAP_OPTS: '-Xmx1g', HOSTNAME: 'x', MQTT_PORT_1883_TCP: 'x', PATH: '/bin' };
  for (const app of APPS) expect(loadConfig(app, env).warnings).toEqual([]);
});
