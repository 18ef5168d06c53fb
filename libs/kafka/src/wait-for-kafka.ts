import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { backOffMs, pause } from './back-off.js';
import { KafkaError, toKafkaError } from './kafka-error.js';

export interface WaitForKafkaOptions {
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

const LOG_EVERY_MS = 60_000;

/**
 * Waits until a broker answers, however long that takes, with one line in the log a minute.
 * @throws KafkaError `aborted` when the signal is, `refused` if the broker does not let this client in.
 */
export async function waitForKafka(kafka: Kafka, options: WaitForKafkaOptions): Promise<void> {
  const { logger, signal } = options;
  const startedMs = Date.now();
  let loggedMs = -Infinity;
  for (let attempt = 0; ; attempt++) {
    if (signal?.aborted) throw new KafkaError('aborted', 'waiting for Kafka was aborted');
    const fault = await probe(kafka);
    if (!fault) {
      if (attempt > 0) logger.info({ waitedMs: Date.now() - startedMs }, 'Kafka answers');
      return;
    }
    if (fault.code === 'refused') throw fault;
    if (Date.now() - loggedMs >= LOG_EVERY_MS) {
      logger.warn({ err: fault, waitedMs: Date.now() - startedMs }, 'waiting for Kafka');
      loggedMs = Date.now();
    }
    await pause(backOffMs(attempt, 200, 5_000), signal);
  }
}

async function probe(kafka: Kafka): Promise<KafkaError | undefined> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    await admin.listTopics();
    return undefined;
  } catch (error) {
    return toKafkaError(error, 'connecting to Kafka');
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
