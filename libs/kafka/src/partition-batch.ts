/** One Kafka record as the handler sees it. */
export interface KafkaRecord {
  readonly offset: bigint;
  /** Broker or producer timestamp, epoch milliseconds. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
}

/** Consecutive records of one partition. */
export interface PartitionBatch {
  /** Logical topic name, without the configured prefix. */
  readonly topic: string;
  readonly partition: number;
  /** Position of the consumer before this batch: the handler MUST apply it only if its stored offset is the same. */
  readonly firstOffset: bigint;
  /** Position after this batch; greater than the last record's offset. The handler stores it with what it wrote. */
  readonly nextOffset: bigint;
  /**
   * In offset order. May be empty: then only the position moves. If `nextOffset` equals `firstOffset` as well, nothing
   * moves: the transport asks whether the handler works at all, before it blames a record.
   */
  readonly records: readonly KafkaRecord[];
  /** First offset that Kafka still holds; given where it lies beyond the stored position: what is between is lost. */
  readonly logStartOffset?: bigint;
}

/**
 * Where the offsets live: with the data, in the handler's own transaction. The transport reads it on assignment and seeks.
 */
export interface OffsetStore {
  /** Stored next offset of each partition that has one. Topic names are logical. */
  load(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>>;
}
