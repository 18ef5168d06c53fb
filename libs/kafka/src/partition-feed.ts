import type { KafkaMessage } from 'kafkajs';
import type { KafkaRecord, PartitionBatch } from './partition-batch.js';

/** `locating`: where to read from is being found out; `blocked`: it cannot be read until an operator has acted. */
export type FeedStatus = 'locating' | 'ready' | 'blocked';

interface Queued {
  readonly records: KafkaRecord[];
  /** Records before this index were taken. */
  taken: number;
  readonly nextOffset: bigint;
}

export interface TakenBatch {
  readonly batch: PartitionBatch;
  readonly bytes: number;
}

/**
 * One assigned partition: its position, and at most one fetched batch that waits for the handler, so that Kafka is
 * read while the handler runs. Three positions follow each other: applied <= taken <= accepted.
 */
export class PartitionFeed {
  status: FeedStatus = 'locating';
  /** The handler has stored this position. */
  applied = 0n;
  /** The next batch from Kafka must begin here. */
  accepted = 0n;
  /** End of the log as last heard from the broker. */
  end = 0n;
  /** How often in a row Kafka left out `accepted` and went on behind it. */
  gaps = 0;
  private taken = 0n;
  private queued: Queued | undefined;
  private logStartOffset: bigint | undefined;

  constructor(
    /** Logical name. */
    readonly topic: string,
    readonly partition: number,
  ) {}

  get isFull(): boolean {
    return this.queued !== undefined;
  }

  /** Reading goes on at `position`; what waited is dropped. `lost`: the log begins there, beyond the stored position. */
  place(position: bigint, end: bigint, lost: boolean): void {
    this.applied = this.taken = this.accepted = position;
    this.end = end;
    this.queued = undefined;
    this.logStartOffset = lost ? position : undefined;
    this.status = 'ready';
  }

  /** The position is in doubt; what waited is dropped. */
  displace(status: 'locating' | 'blocked'): void {
    this.queued = undefined;
    this.status = status;
  }

  /** Takes over a fetched batch; `isFull` must be false. Messages before `accepted` are left out. */
  accept(messages: readonly KafkaMessage[], nextOffset: bigint): void {
    const from = this.accepted;
    const records = messages.map(toRecord).filter((record) => record.offset >= from);
    this.queued = { records, taken: 0, nextOffset };
    this.accepted = nextOffset;
    this.gaps = 0;
  }

  /** The next records for the handler, at least one if there are any. */
  take(maxRecords: number, maxBytes: number): TakenBatch | undefined {
    const { queued } = this;
    if (!queued || this.status !== 'ready') return undefined;
    const start = queued.taken;
    let stop = start;
    let bytes = 0;
    for (; stop < queued.records.length && stop - start < Math.max(1, maxRecords); stop++) {
      const size = sizeOf(queued.records[stop]);
      if (stop > start && bytes + size > maxBytes) break;
      bytes += size;
    }
    const following = queued.records[stop];
    const batch: PartitionBatch = {
      topic: this.topic,
      partition: this.partition,
      firstOffset: this.taken,
      nextOffset: following ? following.offset : queued.nextOffset,
      records: start === 0 && !following ? queued.records : queued.records.slice(start, stop),
      ...(this.logStartOffset === undefined ? {} : { logStartOffset: this.logStartOffset }),
    };
    this.taken = batch.nextOffset;
    queued.taken = stop;
    if (!following) this.queued = undefined;
    return { batch, bytes };
  }

  /** The handler has stored everything up to `nextOffset`. */
  markApplied(nextOffset: bigint): void {
    this.applied = nextOffset;
    if (nextOffset > this.end) this.end = nextOffset;
    this.logStartOffset = undefined;
  }
}

function toRecord(message: KafkaMessage): KafkaRecord {
  return {
    offset: BigInt(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: message.headers ?? {},
  };
}

function sizeOf(record: KafkaRecord | undefined): number {
  return (record?.value?.length ?? 0) + (record?.key?.length ?? 0);
}
