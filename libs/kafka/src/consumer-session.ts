import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { backOffMs, pause, within } from './back-off.js';
import { toKafkaError } from './kafka-error.js';

export interface ConsumerSessionOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  /** Names on the broker. */
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly maxBytesPerFetch: number;
  readonly logger: Logger;
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>;
  /** The group has assigned partitions, by name on the broker. */
  readonly onJoin: (partitions: Readonly<Record<string, readonly number[]>>) => void;
  /** The partitions of the last `onJoin` are this member's no more. */
  readonly onLeave: () => void;
}

export interface TopicPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

const DISCONNECT_MS = 10_000;
/** Also how long a seek can wait for the fetch that is under way. */
const MAX_WAIT_MS = 500;
/** At least as many as there are partitions in a fetch, so that none of them waits for another to be taken. */
const CONCURRENT_PARTITIONS = 64;

/** A kafkajs consumer that comes back: after a crash, and on demand, it is replaced by a new one. */
export class ConsumerSession {
  private consumer: Consumer | undefined;
  private opening: Promise<void> | undefined;
  private wanted = false;
  private failures = 0;
  private readonly stopping = new AbortController();

  constructor(private readonly options: ConsumerSessionOptions) {}

  /**
   * Resolves when the consumer runs; tries until it does. From then on it is restarted whenever it crashes.
   * @throws KafkaError if trying again cannot help.
   */
  async start(): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      try {
        return await this.open();
      } catch (error) {
        const fault = toKafkaError(error, 'starting the consumer');
        if (!fault.retriable) throw fault;
        if (attempt % 10 === 0)
          this.options.logger.warn({ err: fault }, 'consumer does not start, trying again');
        await pause(backOffMs(attempt, 200, 5_000), this.stopping.signal);
      }
    }
  }

  /** Replaces the consumer by a new one, however long that takes. */
  restart(): void {
    this.wanted = true;
    if (this.opening || this.stopping.signal.aborted) return;
    this.opening = this.reopen().finally(() => {
      this.opening = undefined;
      if (this.wanted) this.restart();
    });
  }

  /** The next fetch of the partition begins at the offset. */
  seek({ topic, partition, offset }: TopicPosition): void {
    this.quietly('seek', () => this.consumer?.seek({ topic, partition, offset: String(offset) }));
  }

  /** Stops fetching a partition until the next assignment. */
  hold(topic: string, partition: number): void {
    this.quietly('pause', () => this.consumer?.pause([{ topic, partitions: [partition] }]));
  }

  /** Tells Kafka the positions, for tools that show the lag; not needed for anything else. */
  async commit(positions: readonly TopicPosition[]): Promise<boolean> {
    const { consumer } = this;
    if (!consumer) return false;
    try {
      await consumer.commitOffsets(
        positions.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
      );
      return true;
    } catch (error) {
      this.options.logger.debug({ err: error }, 'positions not committed to Kafka');
      return false;
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.opening;
    await this.dispose();
  }

  private async reopen(): Promise<void> {
    while (this.wanted && !this.stopping.signal.aborted) {
      this.wanted = false;
      this.options.onLeave();
      await this.dispose();
      await pause(backOffMs(this.failures++, 500, 30_000), this.stopping.signal);
      if (this.stopping.signal.aborted) return;
      try {
        await this.open();
      } catch (error) {
        this.options.logger.warn(
          { err: error, failures: this.failures },
          'consumer does not restart, trying again',
        );
        this.wanted = true;
      }
    }
  }

  private async open(): Promise<void> {
    const { kafka, groupId, sessionTimeoutMs, maxBytesPerFetch } = this.options;
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 6)),
      maxBytes: maxBytesPerFetch,
      maxBytesPerPartition: Math.min(1024 * 1024, maxBytesPerFetch),
      maxWaitTimeInMs: MAX_WAIT_MS,
      allowAutoTopicCreation: false,
      // `restart` does it: kafkajs restarts after some crashes only.
      retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    this.consumer = consumer;
    this.listen(consumer);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
        eachBatch: this.options.eachBatch,
      });
    } catch (error) {
      await this.dispose();
      throw error;
    }
  }

  private listen(consumer: Consumer): void {
    const { GROUP_JOIN, REBALANCING, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      if (this.consumer !== consumer) return;
      this.failures = 0;
      this.options.onJoin(payload.memberAssignment);
    });
    consumer.on(REBALANCING, () => {
      if (this.consumer === consumer) this.options.onLeave();
    });
    consumer.on(CRASH, ({ payload }) => {
      if (this.consumer !== consumer || this.stopping.signal.aborted) return;
      this.options.logger.warn({ err: payload.error }, 'consumer crashed, restarting it');
      this.restart();
    });
  }

  private async dispose(): Promise<void> {
    const { consumer } = this;
    this.consumer = undefined;
    if (!consumer) return;
    // From here on `isRunning` is false; `onLeave` wakes the batches that wait, so that they see it.
    const disconnected = consumer.disconnect().catch(() => {});
    this.options.onLeave();
    await within(disconnected, DISCONNECT_MS);
  }

  /** Between two consumers there is none that could do it, and no need: the next assignment sets everything anew. */
  private quietly(doing: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.options.logger.debug({ err: error }, `${doing} without effect`);
    }
  }
}
