import type pg from 'pg';
import type { KeyedProducer } from '@fieldstream/kafka';
import { type DueNotification, outbox } from '@fieldstream/timescale';
import { alertKey, encodeAlert, TOPICS } from '@fieldstream/wire';
import type { DeliveryQueue } from './notifications/delivery-queue.js';

/** The producer gives a record up after this time; then the outbox tries again. */
export const STREAM_DEADLINE_MS = 5_000;
/** How often the whole backlog is looked at for its oldest entry; in between, what lies before it is not read. */
const START_EVERY_MS = 5_000;

/** Changes of alerts to `telemetry.alerts`, where the bridges get them. Kafka being away is no reason to give one up. */
export function streamQueue(
  pool: pg.Pool,
  producer: Pick<KeyedProducer, 'send'>,
): DeliveryQueue<DueNotification> {
  let from = 0n;
  let lookedMs = -Infinity;
  return {
    name: 'stream',
    concurrency: 500,
    maxBackOffMs: 10_000,
    // A record that the producer has given up is never sent later, so the next attempt cannot be overtaken.
    async take(limit) {
      const nowMs = performance.now();
      if (nowMs - lookedMs >= START_EVERY_MS) {
        from = await outbox.start(pool);
        lookedMs = nowMs;
      }
      return outbox.take(pool, { limit, leaseMs: 3 * STREAM_DEADLINE_MS, from });
    },
    deliver: ({ payload }) =>
      producer.send({ topic: TOPICS.alerts, key: alertKey(payload), value: encodeAlert(payload) }),
    explain: (error) => ({ reason: error instanceof Error ? error.message : String(error) }),
    giveUpAfterMs: () => Infinity,
    markDelivered: (ids) => outbox.markDelivered(pool, ids),
    markFailed: (id, reason, retryInMs) => outbox.markFailed(pool, id, reason, retryInMs),
  };
}
