import { refused, REFUSAL, type AppendOutcome, type Refused } from './append-outcome.js';
import { planAppend } from './append-plan.js';
import { CheckpointWriter, type Snapshot } from './checkpoint-writer.js';
import { Listeners } from './listeners.js';
import { PartitionUpkeep } from './partition-upkeep.js';
import { PartitionTail } from './partition-tail.js';
import { type ProducerTable } from './producer-table.js';
import { ReadGate } from './read-gate.js';
import { ReadHints } from './read-hints.js';
import { recoverPartition, type Recovered } from './recovery.js';
import { SegmentList } from './segment-list.js';
import { findTime, readSegment, type TimedOffset } from './segment-reader.js';
import { storageFault } from './storage-fault.js';
import { type StorageContext } from './storage-context.js';
import { type TopicConfig } from './topic-config.js';

/** Where the records of an append come from. */
export interface AppendOptions {
  readonly origin: 'producer';
}

export interface PartitionIdentity {
  readonly topic: string;
  readonly index: number;
  readonly directory: string;
  readonly config: () => TopicConfig;
}

const EMPTY = Buffer.alloc(0);

/** The log of one partition. Offsets of what is answered as appended are never given away again. */
export class PartitionLog {
  readonly topic: string;
  readonly index: number;

  private start: number;
  private state: 'open' | 'closing' | 'deleted' = 'open';

  private readonly segments: SegmentList;
  private readonly producers: ProducerTable;
  private readonly tail: PartitionTail;
  private readonly checkpoints: CheckpointWriter;
  private readonly upkeep: PartitionUpkeep;
  private readonly gate = new ReadGate();
  private readonly hints = new ReadHints();
  private readonly listeners: Listeners;

  private constructor(
    private readonly context: StorageContext,
    private readonly identity: PartitionIdentity,
    recovered: Recovered,
  ) {
    const { directory, config } = identity;
    this.topic = identity.topic;
    this.index = identity.index;
    this.start = recovered.startOffset;
    this.segments = new SegmentList(recovered.segments);
    this.producers = recovered.producers;
    this.listeners = new Listeners((error) => {
      const { topic, index: partition } = identity;
      context.logger.error({ topic, partition, err: error }, 'a listener of the log failed');
    });
    this.checkpoints = new CheckpointWriter(context, directory, () => this.snapshot());
    this.upkeep = new PartitionUpkeep(context, {
      directory,
      config,
      segments: this.segments,
      gate: this.gate,
      hints: this.hints,
      checkpoints: this.checkpoints,
      cleanedTo: recovered.cleanedTo,
      startOffset: () => this.start,
      raiseStartOffset: (offset) => (this.start = Math.max(this.start, offset)),
      closeSegment: () => this.tail.closeSegment(),
      isStopped: () => this.state !== 'open',
    });
    this.tail = new PartitionTail(
      context,
      {
        directory,
        segmentBytes: () => config().segmentBytes,
        segments: this.segments,
        producers: this.producers,
        checkpoints: this.checkpoints,
        onClosed: (segment) => this.upkeep.saveClosed(segment),
        onDurable: () => this.listeners.tell(),
      },
      recovered.endOffset,
    );
  }

  /** Recovers the partition from its directory. @throws EmbeddedError */
  static async open(context: StorageContext, identity: PartitionIdentity): Promise<PartitionLog> {
    try {
      return new PartitionLog(context, identity, await recoverPartition(context, identity.directory));
    } catch (error) {
      throw storageFault(error, 'open the partition in', identity.directory);
    }
  }

  /** First offset that can be read. */
  get startOffset(): number {
    return this.start;
  }

  /** Next offset to be given away. */
  get endOffset(): number {
    return this.tail.endOffset;
  }

  /** Everything before it is on the disk, and only that can be read. */
  get durableOffset(): number {
    return this.tail.durableOffset;
  }

  /** Durable bytes of its log files. */
  get bytes(): number {
    return this.segments.all.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Adds one or more record batches of version 2. They are checked, and given their offsets, before this returns: in
   * the order of the calls. Resolves when they are on the disk. `records` belongs to the log from here on: the offsets
   * are written into it. @throws EmbeddedError when the disk fails; then none of them is stored, nor is any append that
   * was waiting behind, and the next one tries again.
   */
  async append(records: Buffer, _options?: AppendOptions): Promise<AppendOutcome> {
    if (this.state !== 'open') return this.closedRefusal();
    const plan = planAppend(this.context, this.producers, this.identity.config(), records, this.endOffset);
    if (plan.kind === 'refused') return plan;
    if (plan.kind === 'duplicate') {
      const { baseOffset, appendTimeMs } = plan.of;
      await this.tail.reach(baseOffset);
      return { kind: 'duplicate', baseOffset, logAppendTimeMs: appendTimeMs, startOffset: this.start };
    }
    await this.tail.append(plan, records);
    const { baseOffset, logAppendTimeMs } = plan;
    return { kind: 'appended', baseOffset, logAppendTimeMs, startOffset: this.start };
  }

  /**
   * Whole batches from the one that has `fromOffset`, or the next after it, on; at least one, even if it is larger than
   * `maxBytes`; none at the end. Checksums have been verified.
   * @throws RangeError outside `startOffset` to `durableOffset`. @throws EmbeddedError `corrupt` for damaged bytes.
   */
  read(fromOffset: number, maxBytes: number): Promise<Buffer> {
    return this.gate.shared(async () => {
      if (this.state === 'deleted' || fromOffset < this.start || fromOffset > this.durableOffset)
        throw new RangeError(`Offset ${fromOffset} is not in ${this.start} to ${this.durableOffset}.`);
      for (const segment of this.segments.from(fromOffset)) {
        if (segment.lastOffset < fromOffset) continue;
        const start = this.hints.find(segment.baseOffset, fromOffset);
        const found = await readSegment(this.context, segment, { fromOffset, maxBytes, start });
        if (!found) continue;
        this.hints.add(segment.baseOffset, found.next);
        return found.bytes;
      }
      return EMPTY;
    });
  }

  /** The first record that is not older; undefined: all are. In a batch that cannot be unpacked, its base offset. */
  offsetForTime(timestampMs: number): Promise<TimedOffset | undefined> {
    return this.gate.shared(async () => {
      if (this.state === 'deleted') return undefined;
      for (const segment of this.segments.all) {
        const found = await findTime(this.context, segment, timestampMs, this.start);
        if (found) return found;
      }
      return undefined;
    });
  }

  /** The newest time of all records, and the last offset of the batch that has it; both -1 when there is none. */
  maxTimestamp(): TimedOffset {
    let newest: TimedOffset = { offset: -1, timestampMs: -1 };
    for (const { maxTimestampMs, maxTimestampOffset } of this.segments.all)
      if (maxTimestampMs > newest.timestampMs && maxTimestampOffset >= this.start)
        newest = { offset: maxTimestampOffset, timestampMs: maxTimestampMs };
    return newest;
  }

  /**
   * Makes `offset` the first one that can be read; resolves when that is on the disk. Lower than `startOffset`: nothing
   * changes. @throws RangeError beyond `durableOffset`. @throws EmbeddedError when the disk fails.
   */
  async deleteBefore(offset: number): Promise<void> {
    if (offset > this.durableOffset)
      throw new RangeError(`Offset ${offset} is beyond ${this.durableOffset}.`);
    const before = this.start;
    if (offset <= before) return;
    this.start = offset;
    try {
      await this.checkpoints.write();
    } catch (error) {
      this.start = before;
      throw error;
    }
    await this.upkeep.retain();
  }

  /** `listener` is called whenever `durableOffset` has moved; the answer ends that. */
  onDurable(listener: () => void): () => void {
    return this.listeners.add(listener);
  }

  /** Closes an old segment, applies the retention, compacts. @throws EmbeddedError */
  async sweep(): Promise<void> {
    this.producers.expire(this.context.now() - this.context.limits.producerExpiryMs);
    await this.upkeep.run();
  }

  /** Takes no more appends, flushes what waits, and leaves the files as a restart likes them. Never rejects. */
  async close(): Promise<void> {
    if (this.state === 'open') this.state = 'closing';
    await this.tail.drained();
    await this.upkeep.idle();
    await this.checkpoints.settled();
    await this.checkpoints.tryWrite();
    await this.letGo();
  }

  /** Takes no more appends or reads and lets go of its files, which are about to be removed. Never rejects. */
  async abandon(): Promise<void> {
    this.state = 'deleted';
    await this.tail.drained();
    await this.upkeep.idle();
    await this.checkpoints.settled();
    await this.gate.exclusive(() => this.letGo());
    this.listeners.tell();
  }

  private async letGo(): Promise<void> {
    await this.tail.mark.settled();
    await this.context.cache.forget(this.tail.mark.path);
    for (const segment of this.segments.all) {
      await this.context.cache.forget(segment.logPath);
      this.context.indexes.release(segment);
    }
  }

  private closedRefusal(): Refused {
    return this.state === 'deleted'
      ? refused(REFUSAL.unknownTopicOrPartition, 'The topic was deleted.')
      : refused(REFUSAL.notLeaderOrFollower, 'The log is closing.');
  }

  private snapshot(): Snapshot {
    this.tail.onCheckpoint();
    return {
      checkpoint: {
        startOffset: this.start,
        endOffset: this.durableOffset,
        cleanedTo: this.upkeep.cleanedTo,
        segments: this.segments.all.map((segment) => segment.summary()),
        producers: this.producers.snapshot(),
      },
      active: this.segments.active,
    };
  }
}
