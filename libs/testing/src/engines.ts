/** Where the engines are that integration and integrity tests and benchmarks need. */
export interface Engines {
  /** Comma-separated `host:port`, as in KAFKA_BROKERS. */
  readonly kafkaBrokers: string;
  /** A database whose owner may create databases, as in DATABASE_URL. */
  readonly databaseUrl: string;
}

/** `given`: those of KAFKA_BROKERS and DATABASE_URL, and nothing else. `embedded`: each test bed starts its own. */
export type EngineKind = 'given' | 'embedded';

/**
 * Where the tests of one Jest run find the log that they share on embedded engines, and where their data folders go;
 * set by `startTestRun`.
 */
export const RUN_VARIABLES = {
  brokers: 'FIELDSTREAM_TEST_BROKERS',
  folder: 'FIELDSTREAM_TEST_FOLDER',
} as const;

/** @throws Error when only one of KAFKA_BROKERS and DATABASE_URL is set: a mixture is not what anybody wants to test. */
export function engineKind(env: NodeJS.ProcessEnv = process.env): EngineKind {
  const missing = missingOf(env);
  if (missing.length === 1) {
    throw new Error(
      `not set: ${missing.join()}. Set both, for a real Kafka and TimescaleDB (npm run stack:up prints both), or neither, for the embedded engines.`,
    );
  }
  return missing.length === 0 ? 'given' : 'embedded';
}

/** Reads KAFKA_BROKERS and DATABASE_URL. @throws Error that says which is missing and how to get it. */
export function requireEngines(env: NodeJS.ProcessEnv = process.env): Engines {
  const kafkaBrokers = env['KAFKA_BROKERS'];
  const databaseUrl = env['DATABASE_URL'];
  if (!kafkaBrokers || !databaseUrl) {
    throw new Error(
      `not set: ${missingOf(env).join(', ')}. This needs a real Kafka and TimescaleDB: npm run stack:up prints both.`,
    );
  }
  return { kafkaBrokers, databaseUrl };
}

/**
 * Brokers for a test that needs Kafka and no database, and takes nothing away: the given ones, or the embedded log that
 * all such tests of a run share. Its topics need a prefix of their own.
 */
export function sharedBrokers(env: NodeJS.ProcessEnv = process.env): string {
  if (engineKind(env) === 'given') return requireEngines(env).kafkaBrokers;
  const brokers = env[RUN_VARIABLES.brokers];
  if (!brokers)
    throw new Error('no shared embedded log: jest.config.js starts it for the tests that need engines');
  return brokers;
}

function missingOf(env: NodeJS.ProcessEnv): string[] {
  return [
    ...(env['KAFKA_BROKERS'] ? [] : ['KAFKA_BROKERS (e.g. 127.0.0.1:9092)']),
    ...(env['DATABASE_URL']
      ? []
      : ['DATABASE_URL (e.g. postgres://fieldstream:fieldstream@127.0.0.1:5432/fieldstream)']),
  ];
}
