import type { KafkaError } from './kafka-error.js';

/** A record on its way to Kafka. The producer holds on to it until it is settled: it must not be changed meanwhile. */
export interface OutgoingRecord {
  /** Logical topic name, without the configured prefix. */
  readonly topic: string;
  /** Records of one key go to one partition in the order in which they were enqueued. `null`: any partition. */
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers?: Record<string, string>;
  /**
   * Called exactly once: without an error when all in-sync replicas have the record, with one when the producer has
   * given up. After the errors `deadline` and `closed` the record may or may not be in Kafka. Must not throw.
   */
  settle(error?: KafkaError): void;
}

/** A record in the producer. */
export class PendingRecord {
  settled = false;
  /** -1 until the number of partitions of the topic is known. */
  partition = -1;

  constructor(
    readonly record: OutgoingRecord,
    /** Monotonic clock. */
    readonly enqueuedAtMs: number,
    readonly bytes: number,
  ) {}
}

/** What kafkajs could not encode, in which case the whole batch would fail; `undefined` for a sound record. */
export function findFault(record: OutgoingRecord): string | undefined {
  if (!Buffer.isBuffer(record.value)) return 'the value is not a Buffer';
  if (record.key !== null && typeof record.key !== 'string') return 'the key is neither a text nor null';
  for (const name in record.headers) {
    if (typeof record.headers[name] !== 'string') return `header ${name} is not a text`;
  }
  return undefined;
}

/** Bytes of key, value and headers; characters stand for bytes in texts. */
export function sizeOf(record: OutgoingRecord): number {
  let bytes = record.value.length;
  if (record.key !== null) bytes += record.key.length;
  for (const name in record.headers) bytes += name.length + (record.headers[name]?.length ?? 0);
  return bytes;
}
