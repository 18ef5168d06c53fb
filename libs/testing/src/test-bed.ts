import { requireEngines } from './engines.js';
import { createTestDatabase } from './test-database.js';
import { deleteTopics, randomTopicPrefix } from './test-topics.js';

/** A database and a topic prefix of one test's own. */
export interface TestBed {
  readonly databaseUrl: string;
  readonly topicPrefix: string;
  readonly kafkaBrokers: string;
  /** What a service needs to run on this bed; spread it into `ServiceProcess`'s `env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Drops the database and deletes the topics. Stop the services first. */
  close(): Promise<void>;
}

/** Makes a bed on the engines of KAFKA_BROKERS and DATABASE_URL. `env` is added to its environment. */
export async function createTestBed(
  area: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TestBed> {
  const { kafkaBrokers } = requireEngines();
  const database = await createTestDatabase(area);
  const topicPrefix = randomTopicPrefix();
  return {
    databaseUrl: database.url,
    topicPrefix,
    kafkaBrokers,
    env: {
      HOST: '127.0.0.1',
      KAFKA_BROKERS: kafkaBrokers,
      KAFKA_TOPIC_PREFIX: topicPrefix,
      DATABASE_URL: database.url,
      ...env,
    },
    async close() {
      const results = await Promise.allSettled([database.drop(), deleteTopics(topicPrefix, kafkaBrokers)]);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}
