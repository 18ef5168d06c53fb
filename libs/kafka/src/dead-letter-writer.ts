import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { encodeDeadLetter, TOPICS, type DeadLetter } from '@fieldstream/wire';
import { KafkaError } from './kafka-error.js';
import { KeyedProducer } from './keyed-producer.js';
import type { KafkaRecord, PartitionBatch } from './partition-batch.js';

const MAX_DETAIL_LENGTH = 1_000;
/** What is kept of a record that has no room left for the headers of a dead letter. */
const CUT_PAYLOAD_BYTES = 512 * 1024;

/** Writes records that a handler cannot apply to the dead-letter topic. Connects when it is first needed. */
export class DeadLetterWriter {
  private producer: KeyedProducer | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topicPrefix: string,
    private readonly logger: Logger,
  ) {}

  /**
   * Resolves when Kafka has the dead letter; its origin makes recording it twice harmless.
   * @throws KafkaError
   */
  async write(batch: PartitionBatch, record: KafkaRecord, error: unknown): Promise<void> {
    const letter: DeadLetter = {
      reason: 'handler-failed',
      detail: detailOf(error),
      payload: record.value ?? Buffer.alloc(0),
      receivedAtMs: record.timestampMs,
      ...(record.key ? { deviceId: record.key.toString('utf8') } : {}),
      origin: { topic: batch.topic, partition: batch.partition, offset: record.offset },
    };
    try {
      await this.send(letter);
    } catch (fault) {
      if (!(fault instanceof KafkaError) || fault.code !== 'record-too-large') throw fault;
      this.logger.error(
        { origin: { ...letter.origin, offset: String(record.offset) }, bytes: letter.payload.length },
        'dead letter too large: its payload is cut',
      );
      await this.send({ ...letter, payload: letter.payload.subarray(0, CUT_PAYLOAD_BYTES) });
    }
  }

  async close(): Promise<void> {
    await this.producer?.close({ timeoutMs: 2_000 });
  }

  private send(letter: DeadLetter): Promise<void> {
    this.producer ??= new KeyedProducer({
      kafka: this.kafka,
      topicPrefix: this.topicPrefix,
      lingerMs: 0,
      maxBatchRecords: 100,
      maxBatchBytes: 512 * 1024,
      lanes: 1,
      deadlineMs: 10_000,
      logger: this.logger,
    });
    return this.producer.send({ topic: TOPICS.deadLetters, ...encodeDeadLetter(letter) });
  }
}

function detailOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.slice(0, MAX_DETAIL_LENGTH).toWellFormed();
}
