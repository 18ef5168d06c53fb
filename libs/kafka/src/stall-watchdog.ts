import type { Logger } from '@fieldstream/domain';
import type { Assignment } from './assignment.js';
import type { LogRange } from './log-ranges.js';
import type { PartitionFeed } from './partition-feed.js';
import type { StrategyObserver } from './strategy-options.js';

export interface StallWatchdogOptions {
  readonly everyMs: number;
  readonly stallAfterMs: number;
  readonly assignment: () => Assignment | undefined;
  /** Whether a handler call is running or is being retried: then nothing moves, and rightly so. */
  readonly isBusy: () => boolean;
  readonly rangesOf: (topic: string) => Promise<ReadonlyMap<number, LogRange>>;
  readonly restart: () => void;
  readonly logger: Logger;
  readonly observer: StrategyObserver;
}

/** Longer than the rebalance timeout, in which a member may rightly be without partitions. */
const OUTSIDE_GROUP_MS = 180_000;

/**
 * A kafkajs consumer can stop fetching without an error. This compares what Kafka has with what has arrived, and
 * restarts the consumer when a partition has stood still for too long.
 */
export class StallWatchdog {
  private timer: NodeJS.Timeout | undefined;
  private marks = new Map<PartitionFeed, { accepted: bigint; sinceMs: number }>();
  private outsideSinceMs: number | undefined;
  private checking: Promise<void> = Promise.resolve();

  constructor(private readonly options: StallWatchdogOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      this.checking = this.checking.then(() => this.check());
    }, this.options.everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.checking;
  }

  /** Never rejects. */
  async check(nowMs = performance.now()): Promise<void> {
    const assignment = this.options.assignment();
    if (!assignment || assignment.signal.aborted) return this.checkOutside(nowMs);
    this.outsideSinceMs = undefined;
    if (this.options.isBusy()) {
      this.marks.clear();
      return;
    }
    try {
      const stalled = await this.findStalled(assignment, nowMs);
      if (stalled.length > 0 && !assignment.signal.aborted && !this.options.isBusy()) this.report(stalled);
    } catch (error) {
      this.options.logger.debug({ err: error }, 'end offsets not known');
    }
  }

  private checkOutside(nowMs: number): void {
    this.outsideSinceMs ??= nowMs;
    if (nowMs - this.outsideSinceMs < OUTSIDE_GROUP_MS) return;
    this.outsideSinceMs = nowMs;
    this.options.logger.error({}, 'consumer is not in its group, restarting it');
    this.options.restart();
  }

  private async findStalled(assignment: Assignment, nowMs: number): Promise<PartitionFeed[]> {
    const marks = new Map<PartitionFeed, { accepted: bigint; sinceMs: number }>();
    const stalled: PartitionFeed[] = [];
    for (const topic of assignment.partitions.keys()) {
      const ranges = await this.options.rangesOf(topic);
      for (const feed of assignment.feedsOf(topic)) {
        const end = ranges.get(feed.partition)?.end ?? 0n;
        if (end > feed.end) feed.end = end;
        if (feed.status !== 'ready' || feed.isFull || end <= feed.accepted) continue;
        const mark = this.marks.get(feed);
        const sinceMs = mark?.accepted === feed.accepted ? mark.sinceMs : nowMs;
        marks.set(feed, { accepted: feed.accepted, sinceMs });
        if (nowMs - sinceMs >= this.options.stallAfterMs) stalled.push(feed);
      }
    }
    this.marks = marks;
    return stalled;
  }

  private report(stalled: readonly PartitionFeed[]): void {
    for (const { topic, partition, accepted, end } of stalled) {
      this.options.observer.onStall?.({ topic, partition, position: accepted, end });
    }
    this.options.logger.error(
      {
        partitions: stalled.map((feed) => `${feed.topic}/${feed.partition}`),
        stalledForMs: this.options.stallAfterMs,
      },
      'consumer has stalled, restarting it',
    );
    this.marks.clear();
    this.options.restart();
  }
}
