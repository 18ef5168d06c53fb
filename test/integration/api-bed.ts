import type { Kafka } from 'kafkajs';
import pg from 'pg';
import { startApi, type RunningApi } from '../../apps/api/src/start.js';
import { loadConfig } from '@fieldstream/config';
import { createKafka, ensureTopics } from '@fieldstream/kafka';
import { createLogger } from '@fieldstream/observability';
import { createTestBed, type TestBed } from '@fieldstream/testing';
import { DocumentedClient } from './api-support.js';

/** A running API with a client, and what stands behind it. */
export interface ApiBed {
  readonly bed: TestBed;
  readonly kafka: Kafka;
  readonly pool: pg.Pool;
  readonly client: DocumentedClient;
  /** Another one on the same bed. It is closed with it. */
  start(env?: Readonly<Record<string, string>>): Promise<{ api: RunningApi; url: string }>;
  close(): Promise<void>;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

const logger = createLogger({ name: 'api-test', level: 'silent' });

export async function startApiBed(area: string): Promise<ApiBed> {
  const bed = await createTestBed(area);
  const kafka = createKafka({ brokers: bed.kafkaBrokers.split(','), clientId: 'api-test', logger });
  const running: RunningApi[] = [];
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    const started = await startApi(loadConfig('api', { ...bed.env, HTTP_PORT: '0', ...env }), logger);
    let closing: Promise<void> | undefined;
    const api = { port: started.port, close: () => (closing ??= started.close()) };
    running.push(api);
    return { api, url: `http://127.0.0.1:${api.port}` };
  };
  const { topicPrefix } = bed;
  await ensureTopics(kafka, { topicPrefix, partitions: 2, replicationFactor: 1, retentionHours: 1, logger });
  const { url } = await start();
  const client = await DocumentedClient.open(url);
  const pool = new pg.Pool({ connectionString: bed.databaseUrl, max: 2 });
  return {
    bed,
    kafka,
    pool,
    client,
    start,
    close: async () => {
      for (const api of running) await api.close();
      await pool.end();
      await bed.close();
    },
  };
}

/** Every item of a list, page by page. */
export async function allPages<T>(
  client: DocumentedClient,
  path: string,
): Promise<Page<T> & { pages: number }> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let pages = 1; pages < 20; pages++) {
    const suffix: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await client.get<Page<T>>(path + suffix);
    items.push(...body.items);
    if (body.next === null) return { items, next: null, pages };
    cursor = body.next;
  }
  throw new Error(`${path} has no end`);
}
