import { engineKind, requireEngines } from './engines.js';
import type { EngineProcess } from './engine-process.js';
import { createTestDatabase } from './test-database.js';
import { startEngine } from './test-run.js';
import { deleteTopics, randomTopicPrefix } from './test-topics.js';

/** A database and a topic prefix of one test's own. */
export interface TestBed {
  readonly databaseUrl: string;
  readonly topicPrefix: string;
  readonly kafkaBrokers: string;
  /** What a service needs to run on this bed; spread it into `ServiceProcess`'s `env`. */
  readonly env: Readonly<Record<string, string>>;
  /** The bed's own engines, where they are embedded. Given ones are everybody's. */
  readonly embedded?: { readonly kafka: EngineProcess; readonly postgres: EngineProcess };
  /** Drops the database and deletes the topics, or removes the engines with all that they hold. Stop the services first. */
  close(): Promise<void>;
}

type Place = Omit<TestBed, 'env' | 'topicPrefix'>;

/** Makes a bed on the given engines, or on embedded ones of its own. `env` is added to its environment. */
export async function createTestBed(
  area: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TestBed> {
  const topicPrefix = randomTopicPrefix();
  const place = engineKind() === 'given' ? await givenPlace(area, topicPrefix) : await embeddedPlace();
  const { kafkaBrokers, databaseUrl } = place;
  return {
    ...place,
    topicPrefix,
    env: {
      HOST: '127.0.0.1',
      KAFKA_BROKERS: kafkaBrokers,
      KAFKA_TOPIC_PREFIX: topicPrefix,
      DATABASE_URL: databaseUrl,
      ...env,
    },
  };
}

async function givenPlace(area: string, topicPrefix: string): Promise<Place> {
  const { kafkaBrokers } = requireEngines();
  const database = await createTestDatabase(area);
  return {
    kafkaBrokers,
    databaseUrl: database.url,
    close: () => all(database.drop(), deleteTopics(topicPrefix, kafkaBrokers)),
  };
}

async function embeddedPlace(): Promise<Place> {
  const starts = await Promise.allSettled([startEngine('log'), startEngine('database')]);
  const [kafka, postgres] = starts;
  if (kafka.status === 'rejected' || postgres.status === 'rejected') {
    for (const start of starts) if (start.status === 'fulfilled') await start.value.remove();
    throw starts.find((start) => start.status === 'rejected')?.reason;
  }
  return {
    kafkaBrokers: kafka.value.address,
    databaseUrl: postgres.value.address,
    embedded: { kafka: kafka.value, postgres: postgres.value },
    close: () => all(kafka.value.remove(), postgres.value.remove()),
  };
}

/** Waits for all, also when one fails. @throws what the first that failed did. */
async function all(...work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
