import type { KeyedProducer } from '@fieldstream/kafka';
import { alertKey, encodeAlert, TOPICS } from '@fieldstream/wire';
import type { NotificationChannel } from './notification-channel.js';

/** The producer gives a record up after this time; then the outbox tries again. */
export const STREAM_DEADLINE_MS = 5_000;

/** Transitions to `telemetry.alerts`, where the bridges get them. Kafka being away is no reason to give one up. */
export function streamChannel(producer: Pick<KeyedProducer, 'send'>): NotificationChannel {
  return {
    name: 'stream',
    concurrency: 500,
    concurrencyPerTarget: 500,
    // A record that the producer has given up is never sent later, so the next attempt cannot be overtaken.
    leaseMs: 3 * STREAM_DEADLINE_MS,
    maxBackOffMs: 10_000,
    giveUpAfterMs: Infinity,
    deliver: ({ payload }) =>
      producer.send({ topic: TOPICS.alerts, key: alertKey(payload), value: encodeAlert(payload) }),
  };
}
