import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { decodeAlert, TOPICS, WireError, type AlertRecord } from '@fieldstream/wire';
import type { AlertBoard } from './alert-board.js';
import { BridgeError } from './bridge-error.js';

export interface AlertFeedOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly board: AlertBoard;
  readonly logger: Logger;
}

/** How often the feed looks whether it still moves. */
const WATCH_EVERY_MS = 15_000;
/** Of so many fetches without a record the last ones of the topic must have been compacted away. */
const SILENT_FETCHES = 20;

/**
 * Reads `telemetry.alerts` from the beginning, in a consumer group of its own that never commits: every bridge shows
 * every alert, and each start rebuilds the retained ones from the compacted topic.
 */
export class AlertFeed {
  readonly #topic: string;
  readonly #positions = new Map<number, bigint>();
  #consumer: Consumer | undefined;
  #watch: NodeJS.Timeout | undefined;
  #stalledAt: string | undefined;
  #silentFetches = 0;
  #onProgress: () => void = () => {};
  #fault: Error | undefined;
  #closed = false;

  constructor(private readonly options: AlertFeedOptions) {
    this.#topic = options.topicPrefix + TOPICS.alerts;
  }

  /** Why no alerts arrive at present; undefined when they do. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * Starts reading; resolves when everything that was there at the call has been read and what fires is retained.
   * May be called again after it failed.
   * @throws BridgeError `alerts-unreadable`
   */
  async start(): Promise<void> {
    try {
      const ends = await this.#ends();
      const read = new Promise<void>((resolve) => {
        this.#onProgress = () => {
          if (this.#hasReached(ends) || this.#silentFetches >= SILENT_FETCHES) resolve();
        };
      });
      await this.#consume();
      this.#onProgress();
      await read;
      this.#onProgress = () => {};
      const firing = await this.options.board.historyRead();
      this.options.logger.info({ firing }, 'alerts read');
    } catch (error) {
      await this.#disconnect();
      throw new BridgeError('alerts-unreadable', `reading ${this.#topic} failed`, {
        cause: error,
        retriable: true,
      });
    }
    this.#watch = setInterval(() => {
      this.#checkProgress().catch((error: unknown) => {
        this.options.logger.debug({ err: error }, 'the end of the alert topic is not known');
      });
    }, WATCH_EVERY_MS);
    this.#watch.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    await this.#disconnect();
  }

  async #consume(): Promise<void> {
    const { kafka, topicPrefix, sessionTimeoutMs, logger } = this.options;
    const consumer = kafka.consumer({
      groupId: `${topicPrefix}fieldstream-bridge-alerts-${randomUUID()}`,
      sessionTimeout: sessionTimeoutMs,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      // Without it kafkajs gives up for good after what it takes for a permanent fault.
      retry: { restartOnFailure: async () => !this.#closed },
    });
    this.#consumer = consumer;
    this.#positions.clear();
    this.#silentFetches = 0;
    consumer.on(consumer.events.FETCH, () => {
      this.#silentFetches++;
      this.#onProgress();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#fault = payload.error;
      logger.warn({ err: payload.error }, 'reading alerts failed, starting again');
    });
    consumer.on(consumer.events.GROUP_JOIN, () => (this.#fault = undefined));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
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
    const { board } = this.options;
    let alerts: AlertRecord[] = [];
    for (const message of batch.messages) {
      if (message.value !== null) {
        const alert = this.#decode(batch.partition, message);
        if (alert) alerts.push(alert);
      } else if (message.key) {
        await board.show(alerts);
        alerts = [];
        await board.remove(message.key.toString());
      }
    }
    await board.show(alerts);
    this.#positions.set(batch.partition, BigInt(batch.lastOffset()) + 1n);
    this.#onProgress();
    await payload.heartbeat();
  }

  #decode(partition: number, { value, offset }: KafkaMessage): AlertRecord | undefined {
    try {
      return decodeAlert(value);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.options.logger.error(
        { err: error, partition, offset },
        'a record of the alert topic is not an alert',
      );
      return undefined;
    }
  }

  async #ends(): Promise<ReadonlyMap<number, bigint>> {
    const admin = this.options.kafka.admin();
    await admin.connect();
    try {
      const offsets = await admin.fetchTopicOffsets(this.#topic);
      // A partition without records is read by not reading it.
      const filled = offsets.filter(({ low, high }) => BigInt(high) > BigInt(low));
      return new Map(filled.map(({ partition, high }) => [partition, BigInt(high)]));
    } finally {
      await admin.disconnect().catch(() => {});
    }
  }

  #hasReached(ends: ReadonlyMap<number, bigint>): boolean {
    return [...ends].every(([partition, end]) => (this.#positions.get(partition) ?? 0n) >= end);
  }

  /** kafkajs consumers can stall without a word: behind the end, and still where it was the last time. */
  async #checkProgress(): Promise<void> {
    const position = [...this.#positions].toString();
    const isBehind = !this.#hasReached(await this.#ends());
    const isStalled = isBehind && this.#stalledAt === position;
    this.#stalledAt = isBehind ? position : undefined;
    if ((this.#consumer && !isStalled) || this.#closed) return;
    this.options.logger.warn({}, 'reading alerts stands still, starting again');
    this.#stalledAt = undefined;
    await this.#disconnect();
    await this.#consume();
  }

  async #disconnect(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    await consumer?.disconnect().catch(() => {});
  }
}
