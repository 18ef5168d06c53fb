/** Where the real engines are that integration and integrity tests and benchmarks need. */
export interface Engines {
  /** Comma-separated `host:port`, as in KAFKA_BROKERS. */
  readonly kafkaBrokers: string;
  /** A database whose owner may create databases, as in DATABASE_URL. */
  readonly databaseUrl: string;
}

/** Reads KAFKA_BROKERS and DATABASE_URL. @throws Error that says which is missing and how to get it. */
export function requireEngines(env: NodeJS.ProcessEnv = process.env): Engines {
  const kafkaBrokers = env['KAFKA_BROKERS'];
  const databaseUrl = env['DATABASE_URL'];
  const missing = [
    ...(kafkaBrokers ? [] : ['KAFKA_BROKERS (e.g. 127.0.0.1:9092)']),
    ...(databaseUrl
      ? []
      : ['DATABASE_URL (e.g. postgres://fieldstream:fieldstream@127.0.0.1:5432/fieldstream)']),
  ];
  if (!kafkaBrokers || !databaseUrl) {
    throw new Error(
      `not set: ${missing.join(', ')}. This needs a real Kafka and TimescaleDB: npm run stack:up prints both.`,
    );
  }
  return { kafkaBrokers, databaseUrl };
}
