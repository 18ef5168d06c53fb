import type { Admin, Kafka } from 'kafkajs';
import { toKafkaError } from './kafka-error.js';

/** First offset that a partition still holds, and the offset that its next record will get. */
export interface LogRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** An idle kafkajs connection costs a timer that fires every millisecond. */
const IDLE_MS = 5_000;

interface Query {
  readonly answer: Promise<ReadonlyMap<number, LogRange>>;
  started: boolean;
}

/** Asks the brokers for the offset range of a topic's partitions. Calls that wait at the same time share an answer. */
export class LogRanges {
  private admin: Admin | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private tail: Promise<unknown> = Promise.resolve();
  private readonly queries = new Map<string, Query>();

  constructor(private readonly kafka: Kafka) {}

  /**
   * The range at some moment after the call. `topic` is the name on the broker.
   * @throws KafkaError
   */
  of(topic: string): Promise<ReadonlyMap<number, LogRange>> {
    const waiting = this.queries.get(topic);
    if (waiting && !waiting.started) return waiting.answer;
    const query: Query = {
      started: false,
      answer: this.tail.then(() => {
        query.started = true;
        return this.ask(topic);
      }),
    };
    this.queries.set(topic, query);
    this.tail = query.answer.catch(() => {});
    return query.answer;
  }

  async close(): Promise<void> {
    await this.tail;
    await this.disconnect();
  }

  private async ask(topic: string): Promise<ReadonlyMap<number, LogRange>> {
    clearTimeout(this.idleTimer);
    try {
      this.admin ??= await this.connect();
      const offsets = await this.admin.fetchTopicOffsets(topic);
      return new Map(offsets.map((o) => [o.partition, { start: BigInt(o.low), end: BigInt(o.high) }]));
    } catch (error) {
      await this.disconnect();
      throw toKafkaError(error, `reading the offsets of ${topic}`);
    } finally {
      clearTimeout(this.idleTimer);
      this.idleTimer = setTimeout(() => void this.disconnect(), IDLE_MS).unref();
    }
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin({ retry: { retries: 1 } });
    await admin.connect();
    return admin;
  }

  private async disconnect(): Promise<void> {
    clearTimeout(this.idleTimer);
    const { admin } = this;
    this.admin = undefined;
    await admin?.disconnect().catch(() => {});
  }
}
