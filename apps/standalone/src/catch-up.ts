import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { createKafka } from '@fieldstream/kafka';
import type { Queryable } from '@fieldstream/timescale';
import { TOPICS } from '@fieldstream/wire';
import { startAggregator } from '../../aggregator/src/start.js';
import { startAlerter } from '../../alerter/src/start.js';

const LOOK_EVERY_MS = 200;
/** Without a step forward for so long, something is wrong that waiting does not mend. */
const STUCK_AFTER_MS = 60_000;

/** Whose positions count, by name in `consumer_offset`. */
const CONSUMERS: readonly (readonly [consumer: string, topics: readonly string[]])[] = [
  ['fieldstream-aggregator', [TOPICS.readings, TOPICS.deadLetters, TOPICS.deviceEvents]],
  ['fieldstream-alerter', [TOPICS.readings]],
];

/**
 * Lets the aggregator and the alerter work until the database has everything that the log has, and nothing else comes in.
 * @throws Error when they do not get on with it
 */
export async function catchUp(config: Config, database: Queryable, logger: Logger): Promise<void> {
  const unlistened = { ...config, ops: { ...config.ops, port: 0 } };
  const running = [await startAggregator(unlistened, logger)] as { close(): Promise<void> }[];
  try {
    running.push(await startAlerter(unlistened, logger));
    let least = Infinity;
    let leastAtMs = performance.now();
    for (;;) {
      const left = await recordsLeft(config, database, logger);
      if (left === 0) return;
      if (left < least) [least, leastAtMs] = [left, performance.now()];
      else if (performance.now() - leastAtMs > STUCK_AFTER_MS) {
        throw new Error(
          `${left} acknowledged records stay in the log and do not get into the database: see the log lines above`,
        );
      }
      await pause(LOOK_EVERY_MS);
    }
  } finally {
    for (const service of running.toReversed()) await service.close();
  }
}

/** Records in the log beyond the positions that consumers have stored. */
async function recordsLeft(config: Config, database: Queryable, logger: Logger): Promise<number> {
  const { brokers, topicPrefix } = config.kafka;
  const admin = createKafka({ brokers, clientId: 'fieldstream-catch-up', logger }).admin();
  await admin.connect();
  try {
    let left = 0;
    for (const [consumer, topics] of CONSUMERS) {
      for (const topic of topics) {
        const { rows } = await database.query<{ partition: number; next: string }>(
          'SELECT partition, next_offset AS next FROM consumer_offset WHERE consumer = $1 AND topic = $2',
          [topicPrefix + consumer, topic],
        );
        const next = new Map(rows.map((row) => [row.partition, Number(row.next)]));
        for (const { partition, high, low } of await admin.fetchTopicOffsets(topicPrefix + topic)) {
          left += Number(high) - (next.get(partition) ?? Number(low));
        }
      }
    }
    return left;
  } finally {
    await admin.disconnect();
  }
}
