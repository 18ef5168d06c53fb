import type { EachBatchPayload } from 'kafkajs';
import { Assignment } from './assignment.js';
import { within } from './back-off.js';
import { ConsumerSession } from './consumer-session.js';
import { DeadLetterWriter } from './dead-letter-writer.js';
import { HandlerRunner } from './handler-runner.js';
import { LogRanges } from './log-ranges.js';
import { Notifier } from './notifier.js';
import { OffsetCommitter } from './offset-committer.js';
import type { PartitionBatch } from './partition-batch.js';
import type { PartitionFeed } from './partition-feed.js';
import { PartitionLocator } from './partition-locator.js';
import { StallWatchdog } from './stall-watchdog.js';
import type { KafkaBatchStrategyOptions, PartitionPosition, StrategyObserver } from './strategy-options.js';
import { TopicDispatcher } from './topic-dispatcher.js';

/** Rejects with the handler's own error. */
export type BatchHandler = (batches: readonly PartitionBatch[]) => Promise<void>;

export interface BatchConsumerOptions extends KafkaBatchStrategyOptions {
  /** By logical topic. */
  readonly handlers: ReadonlyMap<string, BatchHandler>;
  readonly assigned: (topic: string, partitions: readonly number[]) => Promise<void>;
  readonly revoked: (topic: string, partitions: readonly number[]) => Promise<void>;
}

/** How long a rebalance is held up for the transaction that is running. */
const LAST_CALL_MS = 5_000;

/** How long `caughtUp` waits for what is on its way. */
const CATCH_UP_MS = 500;

/** What `KafkaBatchStrategy` does, without Nest. */
export class BatchConsumer {
  private readonly session: ConsumerSession;
  private readonly ranges: LogRanges;
  private readonly locator: PartitionLocator;
  private readonly committer: OffsetCommitter;
  private readonly watchdog: StallWatchdog;
  private readonly deadLetters: DeadLetterWriter;
  private readonly dispatchers = new Map<string, TopicDispatcher>();
  private readonly changed = new Notifier();
  private readonly applied = new Notifier();
  private readonly observer: StrategyObserver;
  private assignment: Assignment | undefined;
  /** Topics and partitions for which `assigned` was called, and `revoked` not yet. */
  private readonly prepared = new Map<string, readonly number[]>();
  private preparing: Promise<void> = Promise.resolve();
  private closing = false;

  constructor(private readonly options: BatchConsumerOptions) {
    const { kafka, topicPrefix, logger } = options;
    this.observer = options.observer ?? {};
    this.ranges = new LogRanges(kafka);
    this.deadLetters = new DeadLetterWriter(kafka, topicPrefix, logger);
    const rangesOf = (topic: string): ReturnType<LogRanges['of']> => this.ranges.of(topicPrefix + topic);
    this.session = new ConsumerSession({
      kafka,
      groupId: options.groupId,
      topics: [...options.handlers.keys()].map((topic) => topicPrefix + topic),
      sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
      maxBytesPerFetch: options.maxBytesPerFetch ?? 4 * 1024 * 1024,
      logger,
      eachBatch: (payload) => this.eachBatch(payload),
      onJoin: (partitions) => this.join(partitions),
      onLeave: () => this.leave(),
    });
    this.locator = new PartitionLocator({
      offsets: options.offsets,
      endGraceMs: options.endGraceMs ?? 30_000,
      rangesOf,
      prepare: (topic, partitions) => this.prepare(topic, partitions),
      seek: (feed, offset) => this.session.seek({ ...this.named(feed), offset }),
      hold: (feed) => this.session.hold(topicPrefix + feed.topic, feed.partition),
      logger,
    });
    this.committer = new OffsetCommitter(
      () => this.assignment?.all() ?? [],
      (feeds) => this.session.commit(feeds.map((feed) => ({ ...this.named(feed), offset: feed.applied }))),
    );
    this.watchdog = new StallWatchdog({
      everyMs: options.stallCheckMs ?? 15_000,
      stallAfterMs: options.stallAfterMs ?? 45_000,
      assignment: () => this.assignment,
      isBusy: () => [...this.dispatchers.values()].some((dispatcher) => dispatcher.isBusy),
      rangesOf,
      restart: () => this.session.restart(),
      logger,
      observer: this.observer,
    });
    for (const [topic, handle] of options.handlers)
      this.dispatchers.set(topic, this.dispatcher(topic, handle));
  }

  /** Resolves when the consumer runs. @throws KafkaError if that cannot succeed. */
  async start(): Promise<void> {
    await this.session.start();
    this.watchdog.start();
    this.committer.start();
  }

  /** Lets the running handler call end, takes no more, tells Kafka the positions, and leaves the group. */
  async close(): Promise<void> {
    this.closing = true;
    this.assignment?.end();
    this.changed.notify();
    this.applied.notify();
    await within(Promise.all([this.idle(), this.preparing]), this.options.closeTimeoutMs ?? 10_000);
    await this.committer.stop();
    await this.session.stop();
    await Promise.all([this.watchdog.stop(), this.ranges.close(), this.deadLetters.close()]);
  }

  positions(): PartitionPosition[] {
    const feeds = this.assignment?.signal.aborted === false ? this.assignment.all() : [];
    return feeds
      .filter((feed) => feed.status === 'ready')
      .map(({ topic, partition, applied, end }) => ({ topic, partition, position: applied, end }));
  }

  /**
   * Whether all that is in the partition at some moment after the call is applied. Waits for it for a moment: where
   * records come in all the time, some are always on their way. @throws KafkaError
   */
  async caughtUp(topic: string, partition: number): Promise<boolean> {
    const feed = this.assignment?.feed(topic, partition);
    if (feed?.status !== 'ready') return false;
    const range = (await this.ranges.of(this.options.topicPrefix + topic)).get(partition);
    if (!range || this.assignment?.feed(topic, partition) !== feed) return false;
    if (range.end > feed.end) feed.end = range.end;
    const untilMs = performance.now() + CATCH_UP_MS;
    while (feed.applied < range.end && this.assignment?.feed(topic, partition) === feed) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return false;
      await this.applied.wait(leftMs);
    }
    return feed.applied >= range.end;
  }

  /** What keeps partitions from being consumed; `undefined` if nothing does. */
  findFault(): string | undefined {
    if (!this.assignment || this.assignment.signal.aborted) return 'not in the consumer group';
    const waiting = this.assignment.all().filter((feed) => feed.status !== 'ready');
    const [first] = waiting;
    if (!first) return undefined;
    return `${waiting.length} partitions are not consumed, e.g. ${first.topic}/${first.partition} (${first.status})`;
  }

  private dispatcher(topic: string, handle: BatchHandler): TopicDispatcher {
    const runner = new HandlerRunner({
      handle,
      onApplied: (batch) => {
        this.assignment?.feed(batch.topic, batch.partition)?.markApplied(batch.nextOffset);
        this.applied.notify();
      },
      writeDeadLetter: (batch, record, error) => this.deadLetters.write(batch, record, error),
      logger: this.options.logger,
      observer: this.observer,
    });
    return new TopicDispatcher({
      topic,
      maxRecords: this.options.maxRecordsPerCall ?? 10_000,
      maxBytes: this.options.maxBytesPerCall ?? 8 * 1024 * 1024,
      run: (batches, signal) => runner.run(batches, signal),
      onTaken: () => this.changed.notify(),
      onStale: (assignment) => this.relocate(assignment, topic),
    });
  }

  private join(partitions: Readonly<Record<string, readonly number[]>>): void {
    this.assignment?.end();
    const { topicPrefix } = this.options;
    const byTopic = new Map(
      Object.entries(partitions).map(([topic, numbers]) => [topic.slice(topicPrefix.length), numbers]),
    );
    const assignment = new Assignment(byTopic);
    this.assignment = assignment;
    if (this.closing) assignment.end();
    this.changed.notify();
    this.preparing = this.preparing.then(async () => {
      await this.idle();
      for (const topic of this.prepared.keys()) await this.release(topic);
      for (const topic of byTopic.keys()) {
        await this.locator.locate(assignment, topic, assignment.feedsOf(topic));
        if (assignment.signal.aborted) return;
        this.observer.onAssigned?.({ topic, partitions: byTopic.get(topic) ?? [] });
        this.changed.notify();
      }
    });
  }

  private leave(): void {
    this.assignment?.end();
    this.changed.notify();
  }

  /** The stored positions, and with them what the service holds in memory for the topic, are to be read anew. */
  private relocate(assignment: Assignment, topic: string): void {
    const feeds = assignment.feedsOf(topic).filter((feed) => feed.status !== 'blocked');
    if (feeds.some((feed) => feed.status === 'locating')) return;
    for (const feed of feeds) feed.displace('locating');
    this.preparing = this.preparing.then(async () => {
      await this.dispatchers.get(topic)?.idle();
      await this.release(topic);
      await this.locator.locate(assignment, topic, feeds);
      this.changed.notify();
    });
  }

  /** No handler call is running. */
  private async prepare(topic: string, partitions: readonly number[]): Promise<void> {
    await this.release(topic);
    this.prepared.set(topic, partitions);
    await this.options.assigned(topic, partitions);
  }

  private async release(topic: string): Promise<void> {
    const partitions = this.prepared.get(topic);
    if (!partitions) return;
    this.prepared.delete(topic);
    try {
      await this.options.revoked(topic, partitions);
    } catch (error) {
      this.options.logger.error({ err: error, topic }, 'giving up partitions failed');
    }
  }

  private async idle(): Promise<void> {
    await Promise.all([...this.dispatchers.values()].map((dispatcher) => dispatcher.idle()));
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { assignment } = this;
    const topic = batch.topic.slice(this.options.topicPrefix.length);
    const feed = assignment?.feed(topic, batch.partition);
    if (!assignment || !feed) return;
    if (!(await this.hasRoom(assignment, feed, payload))) return;
    const last = batch.messages.at(-1);
    if (!last || !this.isContinuation(assignment, feed, payload)) return;
    feed.accept(batch.messages, BigInt(batch.lastOffset()) + 1n);
    const end = BigInt(batch.highWatermark);
    if (end > feed.end) feed.end = end;
    // kafkajs goes on fetching behind it. Kafka's committed offset is not touched by this.
    payload.resolveOffset(last.offset);
    this.dispatchers.get(topic)?.wake(assignment);
  }

  /** Waits, with heartbeats, until the feed can take a batch; false if this one is not wanted any more. */
  private async hasRoom(
    assignment: Assignment,
    feed: PartitionFeed,
    payload: EachBatchPayload,
  ): Promise<boolean> {
    while (payload.isRunning() && !payload.isStale()) {
      if (!this.closing) {
        if (assignment.signal.aborted || feed.status === 'blocked') return false;
        if (feed.status === 'ready' && !feed.isFull) return true;
      }
      try {
        await payload.heartbeat();
      } catch (error) {
        await this.lastCall(assignment, error);
        throw error;
      }
      await this.changed.wait(1_000);
    }
    return false;
  }

  /** On a rebalance the running transaction may end first: whoever gets the partitions would only wait for its locks. */
  private async lastCall(assignment: Assignment, error: unknown): Promise<void> {
    const { type } = error as { type?: unknown };
    if (type !== 'REBALANCE_IN_PROGRESS') return;
    assignment.end();
    this.changed.notify();
    await within(this.idle(), LAST_CALL_MS);
  }

  /**
   * Whether the batch goes on where the last one ended. After an assignment kafkajs may fetch from Kafka's committed
   * offset before it has seen the seek, and when retention has overtaken it, from the beginning of the log.
   */
  private isContinuation(assignment: Assignment, feed: PartitionFeed, { batch }: EachBatchPayload): boolean {
    const fetched = BigInt((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    if (fetched === feed.accepted) return true;
    if (fetched < feed.accepted && BigInt(batch.lastOffset()) >= feed.accepted) return true;
    feed.gaps++;
    if (feed.gaps === 1) {
      this.session.seek({ ...this.named(feed), offset: feed.accepted });
      return false;
    }
    // Asked twice for the offset, with the log known to hold it: there is no visible record at it.
    if (feed.gaps > 2 && fetched > feed.accepted) return true;
    this.relocate(assignment, feed.topic);
    return false;
  }

  private named(feed: PartitionFeed): { topic: string; partition: number } {
    return { topic: this.options.topicPrefix + feed.topic, partition: feed.partition };
  }
}
