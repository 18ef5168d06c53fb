import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { KafkaError, toKafkaError } from './kafka-error.js';

/** A record as a reader is told of it. */
export interface BroadcastRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  /** Null for one that says that its key is gone from a compacted topic. */
  readonly value: Buffer | null;
}

export interface BroadcastReaderOptions {
  readonly kafka: Kafka;
  /** Name on the broker. */
  readonly topic: string;
  /** Begins the ID of the consumer group, which this reader shares with nobody. */
  readonly groupPrefix: string;
  readonly sessionTimeoutMs: number;
  /** Where reading begins: with the oldest record that there is, or after the newest one. */
  readonly from: 'beginning' | 'end';
  /**
   * Takes records of one partition, in their order; one call at a time. If it rejects, they are handed over again. They
   * may come again also when it has not.
   */
  readonly handle: (records: readonly BroadcastRecord[]) => Promise<void>;
  /** How often the reader looks whether it still moves. Default 15,000. */
  readonly watchEveryMs?: number;
  readonly logger: Logger;
}

/** Of so many fetches without a record the last ones of the topic must have been compacted away. */
const SILENT_FETCHES = 20;

/**
 * Reads all of a topic, in a consumer group of its own that never commits: every process that has one gets every record.
 * Once it has started it goes on by itself from where it was, whatever happens to Kafka.
 */
export class BroadcastReader {
  /** Offset of the next record by partition. */
  readonly #positions = new Map<number, bigint>();
  #isPlaced = false;
  #consumer: Consumer | undefined;
  #watch: NodeJS.Timeout | undefined;
  #stalledAt: string | undefined;
  #restartedAt: string | undefined;
  #silentFetches = 0;
  #onProgress: () => void = () => {};
  #fault: Error | undefined;
  #closed = false;

  constructor(private readonly options: BroadcastReaderOptions) {}

  /** Why no records arrive at present; undefined when they do. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * Starts reading; resolves when everything that was there at the call has been handled, which from the end is nothing.
   * May be called again after it failed.
   * @throws KafkaError
   */
  async start(): Promise<void> {
    const { topic, watchEveryMs = 15_000, logger } = this.options;
    try {
      const ends = await this.#ends({ mustExist: true });
      if (this.options.from === 'end' && !this.#isPlaced) {
        for (const [partition, { end }] of ends) this.#positions.set(partition, end);
      }
      this.#isPlaced = true;
      const read = new Promise<void>((resolve) => {
        this.#onProgress = () => {
          if (this.#hasReached(ends) || this.#silentFetches >= SILENT_FETCHES || this.#closed) resolve();
        };
      });
      await this.#consume();
      this.#onProgress();
      await read;
      this.#onProgress = () => {};
    } catch (error) {
      await this.#disconnect();
      throw toKafkaError(error, `reading ${topic}`);
    }
    if (this.#closed) return;
    this.#watch = setInterval(() => {
      this.#checkProgress().catch((error: unknown) => {
        logger.debug({ err: error, topic }, 'the end of a topic is not known');
      });
    }, watchEveryMs);
    this.#watch.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#onProgress();
    clearInterval(this.#watch);
    await this.#disconnect();
  }

  async #consume(): Promise<void> {
    const { kafka, topic, groupPrefix, sessionTimeoutMs, logger } = this.options;
    if (this.#closed) return;
    const consumer = kafka.consumer({
      groupId: `${groupPrefix}-${randomUUID()}`,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 6)),
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      // Without it kafkajs gives up for good after what it takes for a permanent fault.
      retry: { restartOnFailure: async () => !this.#closed },
    });
    this.#consumer = consumer;
    this.#silentFetches = 0;
    consumer.on(consumer.events.FETCH, () => {
      this.#silentFetches++;
      this.#onProgress();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#fault = payload.error;
      logger.warn({ err: payload.error, topic }, 'reading a topic failed, starting again');
    });
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.#fault = undefined;
      // The group has no committed offsets: without this every join would begin with the oldest record.
      for (const [partition, offset] of this.#positions) {
        if (offset > 0n) consumer.seek({ topic, partition, offset: String(offset) });
      }
    });
    try {
      await consumer.connect();
      // A partition that is added later is read from its beginning, so that nothing in it is missed.
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
    } catch (error) {
      this.#fault = error instanceof Error ? error : new Error(String(error));
      await this.#disconnect();
      throw error;
    }
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: (batch) => this.#handle(batch),
    });
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    this.#silentFetches = 0;
    const { partition } = batch;
    const known = this.#positions.get(partition) ?? 0n;
    // A log that ends before what was read of it is another log under the same name.
    const position = BigInt(batch.highWatermark) < known ? 0n : known;
    const records = batch.messages
      .map(({ offset, key, value }) => ({
        partition,
        offset: BigInt(offset),
        key: key?.toString() ?? null,
        value,
      }))
      // kafkajs may fetch once before it has seen the seek.
      .filter(({ offset }) => offset >= position);
    if (records.length > 0) await this.options.handle(records);
    const next = BigInt(batch.lastOffset()) + 1n;
    this.#positions.set(partition, next > position ? next : position);
    this.#onProgress();
    await payload.heartbeat();
  }

  /** Of partitions that hold records, where they end, and of the others where they will begin. */
  async #ends({ mustExist }: { mustExist: boolean }): Promise<ReadonlyMap<number, LogEnd>> {
    const { kafka, topic } = this.options;
    const admin = kafka.admin();
    await admin.connect();
    try {
      // Asking for the offsets of a topic that does not exist can make one, with the broker's own settings.
      if (mustExist && !(await admin.listTopics()).includes(topic)) {
        throw new KafkaError('unknown-topic', `there is no topic ${topic} yet`, { retriable: true });
      }
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(
        offsets.map(({ partition, low, high }) => {
          const end = BigInt(high);
          return [partition, { end, isEmpty: end === BigInt(low) }];
        }),
      );
    } finally {
      await admin.disconnect().catch(() => {});
    }
  }

  /** A partition without records is read by not reading it. */
  #hasReached(ends: ReadonlyMap<number, LogEnd>): boolean {
    return [...ends].every(
      ([partition, { end, isEmpty }]) => isEmpty || (this.#positions.get(partition) ?? 0n) >= end,
    );
  }

  /** kafkajs consumers can stall without a word: behind the end, and still where it was the last time. */
  async #checkProgress(): Promise<void> {
    const ends = await this.#ends({ mustExist: false });
    const place = `${[...this.#positions].toString()} of ${[...ends].map(([, { end }]) => end).toString()}`;
    const isBehind = !this.#hasReached(ends);
    // Once for one place: what stands last in a topic may have been compacted away, and will never come.
    const isStalled = isBehind && this.#stalledAt === place && this.#restartedAt !== place;
    this.#stalledAt = isBehind ? place : undefined;
    if ((this.#consumer && !isStalled) || this.#closed) return;
    this.options.logger.warn({ topic: this.options.topic }, 'reading a topic stands still, starting again');
    this.#stalledAt = undefined;
    await this.#disconnect();
    await this.#consume();
    this.#restartedAt = place;
  }

  async #disconnect(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    await consumer?.disconnect().catch(() => {});
  }
}

interface LogEnd {
  readonly end: bigint;
  readonly isEmpty: boolean;
}
