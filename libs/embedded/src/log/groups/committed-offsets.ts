/** A committed offset, and the text that was committed with it. */
export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly committedMs: number;
  /** When the client asked for an end of its own (OffsetCommit versions 2 to 4). */
  readonly expiresMs?: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The offsets of one group, by topic and partition. */
export class CommittedOffsets {
  private readonly topics = new Map<string, Map<number, CommittedOffset>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.topics.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, committed: CommittedOffset): void {
    let partitions = this.topics.get(topic);
    if (partitions === undefined) this.topics.set(topic, (partitions = new Map()));
    if (!partitions.has(partition)) this.count += 1;
    partitions.set(partition, committed);
  }

  delete(topic: string, partition: number): void {
    const partitions = this.topics.get(topic);
    if (partitions?.delete(partition) !== true) return;
    this.count -= 1;
    if (partitions.size === 0) this.topics.delete(topic);
  }

  /** Topics with their partitions, in ascending order. */
  byTopic(): { topic: string; partitions: number[] }[] {
    return [...this.topics].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions.keys()].sort((one, other) => one - other),
    }));
  }

  partitionsOf(topic: string): TopicPartition[] {
    return [...(this.topics.get(topic)?.keys() ?? [])].map((partition) => ({ topic, partition }));
  }

  /** Those for which `isExpired` holds. */
  filter(isExpired: (committed: CommittedOffset) => boolean): TopicPartition[] {
    const found: TopicPartition[] = [];
    for (const [topic, partitions] of this.topics) {
      for (const [partition, committed] of partitions) {
        if (isExpired(committed)) found.push({ topic, partition });
      }
    }
    return found;
  }
}
