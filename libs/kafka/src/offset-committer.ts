import { within } from './back-off.js';
import type { PartitionFeed } from './partition-feed.js';

const EVERY_MS = 1_000;
const LAST_MS = 3_000;

/** Tells Kafka, for tools that show the lag, which positions have moved. That it may fail changes nothing. */
export class OffsetCommitter {
  private readonly committed = new WeakMap<PartitionFeed, bigint>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly feeds: () => readonly PartitionFeed[],
    /** Commits the applied positions; whether Kafka took them. Never rejects. */
    private readonly commit: (feeds: readonly PartitionFeed[]) => Promise<boolean>,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run().finally(() => {
        this.running = undefined;
      });
    }, EVERY_MS);
  }

  /** Commits what is left, for a bounded time. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await within(
      (this.running ?? Promise.resolve()).then(() => this.run()),
      LAST_MS,
    );
  }

  private async run(): Promise<void> {
    const due = this.feeds().filter(
      (feed) => feed.status === 'ready' && this.committed.get(feed) !== feed.applied,
    );
    const positions = due.map((feed) => feed.applied);
    if (due.length === 0 || !(await this.commit(due))) return;
    due.forEach((feed, index) => this.committed.set(feed, positions[index] ?? feed.applied));
  }
}
