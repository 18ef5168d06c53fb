import { setMaxListeners } from 'node:events';
import { PartitionFeed } from './partition-feed.js';

/** The partitions that the group gave this member, until it gives others. */
export class Assignment {
  private readonly feeds = new Map<string, PartitionFeed>();
  private readonly ended = new AbortController();

  /** @param partitions By logical topic. */
  constructor(readonly partitions: ReadonlyMap<string, readonly number[]>) {
    // While the database is away every partition waits for it, and for the end of the assignment.
    setMaxListeners(0, this.ended.signal);
    for (const [topic, numbers] of partitions) {
      for (const partition of numbers) {
        this.feeds.set(keyOf(topic, partition), new PartitionFeed(topic, partition));
      }
    }
  }

  /** Aborted when the partitions are no longer this member's. */
  get signal(): AbortSignal {
    return this.ended.signal;
  }

  end(): void {
    this.ended.abort();
  }

  feed(topic: string, partition: number): PartitionFeed | undefined {
    return this.feeds.get(keyOf(topic, partition));
  }

  feedsOf(topic: string): PartitionFeed[] {
    return this.all().filter((feed) => feed.topic === topic);
  }

  all(): PartitionFeed[] {
    return [...this.feeds.values()];
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
