import { Kafka, logLevel, type Admin, type KafkaMessage } from 'kafkajs';
import type { TestBed } from '@fieldstream/testing';

/** A record as it stands in Kafka. */
export interface LoggedRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly message: KafkaMessage;
}

function connect(bed: TestBed): Kafka {
  return new Kafka({
    clientId: 'integrity',
    brokers: bed.kafkaBrokers.split(','),
    logLevel: logLevel.NOTHING,
  });
}

/** Runs `work` with a Kafka admin client that is closed afterwards. */
export async function withAdmin<T>(bed: TestBed, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = connect(bed).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** End offset of each partition of a logical topic. */
export async function endOffsets(bed: TestBed, topic: string): Promise<Map<number, bigint>> {
  const offsets = await withAdmin(bed, (admin) => admin.fetchTopicOffsets(bed.topicPrefix + topic));
  return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
}

/** Sum of the end offsets: how many records the topic has taken. */
export async function recordCount(bed: TestBed, topic: string): Promise<number> {
  let sum = 0n;
  for (const offset of (await endOffsets(bed, topic)).values()) sum += offset;
  return Number(sum);
}

/** Reads a logical topic from its beginning to the end that it has now; records of a partition in offset order. */
export async function readTopic(bed: TestBed, topic: string): Promise<LoggedRecord[]> {
  const ends = await endOffsets(bed, topic);
  const missing = new Set([...ends].filter(([, end]) => end > 0n).map(([partition]) => partition));
  const records: LoggedRecord[] = [];
  if (missing.size === 0) return records;
  const consumer = connect(bed).consumer({
    groupId: `${bed.topicPrefix}reader-${Date.now()}-${process.pid}`,
  });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic: bed.topicPrefix + topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            const end = ends.get(batch.partition) ?? 0n;
            for (const message of batch.messages) {
              const offset = BigInt(message.offset);
              if (offset >= end) continue;
              records.push({
                partition: batch.partition,
                offset,
                key: message.key?.toString() ?? null,
                message,
              });
            }
            if (BigInt(batch.lastOffset()) >= end - 1n) missing.delete(batch.partition);
            if (missing.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
}
