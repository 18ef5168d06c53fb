import type { PartitionEnds } from '@fieldstream/kafka';
import type { LedgerEntry } from '@fieldstream/timescale';

/** How far one consumer is behind in one partition. */
export interface PartitionLag {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  /** Null where the consumer has not stored a position yet. */
  readonly storedOffset: number | null;
  /** Null while Kafka cannot be reached. */
  readonly endOffset: number | null;
  /** Records that are still to be read. Null while Kafka cannot be reached. */
  readonly lag: number | null;
}

/**
 * The lag of every consumer that stands in the ledger, in every partition of the topics that it reads: also in those of
 * which it has read nothing yet. `ends` is undefined while Kafka cannot be reached.
 */
export function lagsOf(
  entries: readonly LedgerEntry[],
  ends: ReadonlyMap<string, ReadonlyMap<number, PartitionEnds>> | undefined,
): PartitionLag[] {
  const stored = new Map<string, Map<number, number>>();
  for (const { stage, position } of entries) {
    if (position === null) continue;
    const key = JSON.stringify([stage, position.topic]);
    const partitions = stored.get(key) ?? new Map<number, number>();
    stored.set(key, partitions.set(position.partition, position.nextOffset));
  }
  return [...stored].flatMap(([key, positions]) => {
    const [consumer, topic] = JSON.parse(key) as [string, string];
    const known = ends?.get(topic);
    const partitions = [...new Set([...positions.keys(), ...(known?.keys() ?? [])])].sort((a, b) => a - b);
    return partitions.map((partition) => {
      const storedOffset = positions.get(partition) ?? null;
      const end = known?.get(partition);
      // A consumer without a position begins at the first record that Kafka still has.
      const lag = end === undefined ? null : Math.max(0, end.high - (storedOffset ?? end.low));
      return { consumer, topic, partition, storedOffset, endOffset: end?.high ?? null, lag };
    });
  });
}
