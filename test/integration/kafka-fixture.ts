import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { createKafka, ensureTopics, KeyedProducer, type TopicSpec } from '@fieldstream/kafka';
import { deleteTopics, randomTopicPrefix, sharedBrokers } from '@fieldstream/testing';

/** What was logged at `warn` and `error`, for tests that expect or forbid it. */
export interface RecordingLogger extends Logger {
  readonly lines: { level: string; message: string; fields: object }[];
}

export function recordingLogger(): RecordingLogger {
  const lines: RecordingLogger['lines'] = [];
  return {
    lines,
    debug: () => {},
    info: () => {},
    warn: (fields, message) => lines.push({ level: 'warn', message, fields }),
    error: (fields, message) => lines.push({ level: 'error', message, fields }),
  };
}

/** Topics of its own on Kafka, or on the embedded log; closes and deletes all that it made. */
export class KafkaFixture {
  readonly prefix = randomTopicPrefix();
  readonly brokers = sharedBrokers().split(',');
  readonly logger = recordingLogger();
  readonly kafka: Kafka = createKafka({ brokers: this.brokers, clientId: 'test', logger: this.logger });
  private readonly closers: (() => Promise<void>)[] = [];

  async createTopics(partitions: number, specs?: readonly TopicSpec[]): Promise<void> {
    await ensureTopics(this.kafka, {
      topicPrefix: this.prefix,
      partitions,
      replicationFactor: 1,
      retentionHours: 1,
      logger: this.logger,
      ...(specs ? { specs } : {}),
    });
  }

  producer(options: Partial<ConstructorParameters<typeof KeyedProducer>[0]> = {}): KeyedProducer {
    const producer = new KeyedProducer({
      kafka: this.kafka,
      topicPrefix: this.prefix,
      lingerMs: 2,
      maxBatchRecords: 500,
      maxBatchBytes: 256 * 1024,
      lanes: 3,
      deadlineMs: 20_000,
      logger: this.logger,
      ...options,
    });
    this.onClose(() => producer.close({ timeoutMs: 2_000 }));
    return producer;
  }

  onClose(close: () => Promise<void>): void {
    this.closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
    await deleteTopics(this.prefix);
  }
}

export interface ReadRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** Reads a topic from the beginning until `count` records have come. */
export async function readTopic(fixture: KafkaFixture, topic: string, count: number): Promise<ReadRecord[]> {
  const consumer = fixture.kafka.consumer({
    groupId: `${fixture.prefix}reader-${Math.random()}`,
    maxWaitTimeInMs: 100,
  });
  const records: ReadRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [fixture.prefix + topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${records.length} of ${count} records came`)), 20_000);
      const done = (): void => {
        if (records.length < count) return;
        clearTimeout(timer);
        resolve();
      };
      done();
      void consumer.run({
        eachMessage: ({ partition, message }) => {
          records.push({
            partition,
            offset: BigInt(message.offset),
            key: message.key?.toString() ?? null,
            value: message.value?.toString() ?? '',
            headers: Object.fromEntries(
              Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
            ),
          });
          done();
          return Promise.resolve();
        },
      });
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
}
