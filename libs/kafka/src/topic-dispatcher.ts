import type { Assignment } from './assignment.js';
import type { Outcome } from './handler-runner.js';
import type { PartitionBatch } from './partition-batch.js';
import type { PartitionFeed } from './partition-feed.js';

export interface TopicDispatcherOptions {
  readonly topic: string;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly run: (batches: readonly PartitionBatch[], signal: AbortSignal) => Promise<Outcome>;
  /** Room was made in feeds. */
  readonly onTaken: () => void;
  /** The handler's stored positions of these feeds are not ours. */
  readonly onStale: (assignment: Assignment, feeds: readonly PartitionFeed[]) => void;
}

/** Hands the batches of one topic to its handler: one call at a time, all partitions that have something in one call. */
export class TopicDispatcher {
  private running: Promise<void> | undefined;
  /** Set when something came in after the running loop looked last. */
  private woken: Assignment | undefined;
  private nextFeed = 0;

  constructor(private readonly options: TopicDispatcherOptions) {}

  /** Whether a handler call is running or is being retried. */
  get isBusy(): boolean {
    return this.running !== undefined;
  }

  /** Something has come into a feed of the assignment. */
  wake(assignment: Assignment): void {
    this.woken = assignment;
    if (this.running === undefined) this.start();
  }

  /** Resolves when no handler call is running. */
  async idle(): Promise<void> {
    await this.running;
  }

  private start(): void {
    const assignment = this.woken;
    if (!assignment || assignment.signal.aborted) return;
    this.running = this.loop(assignment).finally(() => {
      this.running = undefined;
      this.start();
    });
  }

  private async loop(assignment: Assignment): Promise<void> {
    // The batches of one fetch come one after the other in this turn of the event loop: let all of them in.
    await new Promise((resolve) => setImmediate(resolve));
    while (!assignment.signal.aborted) {
      if (this.woken === assignment) this.woken = undefined;
      const { batches, feeds } = this.collect(assignment);
      if (batches.length === 0) return;
      this.options.onTaken();
      const outcome = await this.options.run(batches, assignment.signal);
      if (outcome === 'stale') this.options.onStale(assignment, feeds);
    }
  }

  private collect(assignment: Assignment): { batches: PartitionBatch[]; feeds: PartitionFeed[] } {
    const batches: PartitionBatch[] = [];
    const taken: PartitionFeed[] = [];
    const feeds = assignment.feedsOf(this.options.topic);
    let records = this.options.maxRecords;
    let bytes = this.options.maxBytes;
    const first = this.nextFeed;
    for (let i = 0; i < feeds.length && records > 0 && bytes > 0; i++) {
      const index = (first + i) % feeds.length;
      const feed = feeds[index];
      const part = feed?.take(records, bytes);
      if (!feed || !part) continue;
      batches.push(part.batch);
      taken.push(feed);
      records -= part.batch.records.length;
      bytes -= part.bytes;
      // What did not fit goes first the next time.
      this.nextFeed = feed.isFull ? index : index + 1;
    }
    return { batches, feeds: taken };
  }
}
