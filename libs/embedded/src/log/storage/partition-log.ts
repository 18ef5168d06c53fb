import { refused, REFUSAL, type AppendOutcome, type Refused } from './append-outcome.js';
import { planAppend } from './append-plan.js';
import { batchesOf } from './batch-scan.js';
import { CheckpointWriter, type Snapshot } from './checkpoint-writer.js';
import { DurableMark } from './durable-mark.js';
import { GroupCommit, type Committable } from './group-commit.js';
import { Listeners } from './listeners.js';
import { PartitionUpkeep } from './partition-upkeep.js';
import { type ProducerTable, type StagedProducers } from './producer-table.js';
import { ReadGate } from './read-gate.js';
import { ReadHints } from './read-hints.js';
import { recoverPartition, type Recovered } from './recovery.js';
import { Segment } from './segment.js';
import { SegmentIndex } from './segment-index.js';
import { SegmentList } from './segment-list.js';
import { findTime, readSegment, type TimedOffset } from './segment-reader.js';
import { SegmentWriter } from './segment-writer.js';
import { storageFault } from './storage-fault.js';
import { type StorageContext } from './storage-context.js';
import { type TopicConfig } from './topic-config.js';

/** Where the records of an append come from. */
export interface AppendOptions {
  readonly origin: 'producer';
}

/** What waits for the next flush. Without records: a place in the order. */
interface PendingAppend extends Committable {
  readonly records: Buffer;
  readonly staged: StagedProducers;
  readonly endOffset: number;
  /** Close the segment behind it. */
  readonly closesSegment: boolean;
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

  private nextOffset: number;
  private durable: number;
  private start: number;
  private state: 'open' | 'closing' | 'deleted' = 'open';
  private bytesSinceCheckpoint = 0;

  private readonly segments: SegmentList;
  private readonly producers: ProducerTable;
  private readonly commits: GroupCommit<PendingAppend>;
  private readonly writer: SegmentWriter;
  private readonly checkpoints: CheckpointWriter;
  private readonly mark: DurableMark;
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
    this.nextOffset = recovered.endOffset;
    this.durable = recovered.endOffset;
    this.start = recovered.startOffset;
    this.segments = new SegmentList(recovered.segments);
    this.producers = recovered.producers;
    this.writer = new SegmentWriter(context, directory);
    this.mark = new DurableMark(directory, context.cache);
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
      closeSegment: () => this.closeSegment(),
      isStopped: () => this.state !== 'open',
    });
    this.listeners = new Listeners((error) => {
      const { topic, index: partition } = identity;
      context.logger.error({ topic, partition, err: error }, 'a listener of the log failed');
    });
    this.commits = new GroupCommit({
      maxGroupBytes: context.limits.maxGroupBytes,
      fits: (bytesBefore, item) => this.fits(bytesBefore, item),
      commit: (group) => this.commit(group),
      rollback: () => this.rollback(),
    });
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
    return this.nextOffset;
  }

  /** Everything before it is on the disk, and only that can be read. */
  get durableOffset(): number {
    return this.durable;
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
    const plan = planAppend(this.context, this.producers, this.identity.config(), records, this.nextOffset);
    if (plan.kind === 'refused') return plan;
    if (plan.kind === 'duplicate') {
      const { baseOffset, appendTimeMs } = plan.of;
      if (baseOffset >= this.durable) await this.commits.add(this.placeholder(false));
      return { kind: 'duplicate', baseOffset, logAppendTimeMs: appendTimeMs, startOffset: this.start };
    }
    const { baseOffset, endOffset, logAppendTimeMs, staged } = plan;
    this.producers.stage(staged);
    this.nextOffset = endOffset;
    try {
      await this.commits.add({ bytes: records.length, records, staged, endOffset, closesSegment: false });
    } finally {
      this.context.pending.remove(records.length);
    }
    return { kind: 'appended', baseOffset, logAppendTimeMs, startOffset: this.start };
  }

  /**
   * Whole batches from the one that has `fromOffset`, or the next after it, on; at least one, even if it is larger than
   * `maxBytes`; none at the end. Checksums have been verified.
   * @throws RangeError outside `startOffset` to `durableOffset`. @throws EmbeddedError `corrupt` for damaged bytes.
   */
  read(fromOffset: number, maxBytes: number): Promise<Buffer> {
    return this.gate.shared(async () => {
      if (this.state === 'deleted' || fromOffset < this.start || fromOffset > this.durable)
        throw new RangeError(`Offset ${fromOffset} is not in ${this.start} to ${this.durable}.`);
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
    if (offset > this.durable) throw new RangeError(`Offset ${offset} is beyond ${this.durable}.`);
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
    await this.commits.drained();
    await this.upkeep.idle();
    await this.checkpoints.settled();
    await this.checkpoints.tryWrite();
    await this.letGo();
  }

  /** Takes no more appends or reads and lets go of its files, which are about to be removed. Never rejects. */
  async abandon(): Promise<void> {
    this.state = 'deleted';
    await this.commits.drained();
    await this.upkeep.idle();
    await this.checkpoints.settled();
    await this.gate.exclusive(() => this.letGo());
    this.listeners.tell();
  }

  private async letGo(): Promise<void> {
    await this.mark.settled();
    await this.context.cache.forget(this.mark.path);
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

  private placeholder(closesSegment: boolean): PendingAppend {
    return { bytes: 0, records: EMPTY, staged: new Map(), endOffset: this.nextOffset, closesSegment };
  }

  private closeSegment(): Promise<void> {
    return this.commits.add(this.placeholder(true));
  }

  private fits(bytesBefore: number, item: PendingAppend): boolean {
    const { active } = this.segments;
    return active.bytes + bytesBefore + item.bytes <= this.identity.config().segmentBytes;
  }

  private async commit(group: readonly PendingAppend[]): Promise<void> {
    const bytes = group.reduce((sum, item) => sum + item.bytes, 0);
    const [first] = group;
    if (first && bytes > 0 && this.segments.active.bytes > 0 && !this.fits(0, first)) await this.roll();
    const { active } = this.segments;
    if (bytes > 0) {
      const withRecords = group.filter((item) => item.bytes > 0);
      await this.writer.append(
        active,
        withRecords.map((item) => item.records),
      );
      for (const { records } of withRecords)
        for (const batch of batchesOf({ position: active.bytes, bytes: records }))
          active.add(batch.header, batch.position);
    }
    for (const item of group) this.producers.commit(item.staged);
    this.advance(group.at(-1)?.endOffset ?? this.durable, bytes);
    if (group.some((item) => item.closesSegment) && active.bytes > 0) await this.tryRoll();
  }

  /** What was committed stays committed when the next segment cannot be made now. */
  private async tryRoll(): Promise<void> {
    try {
      await this.roll();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.context.logger.warn({ directory: this.identity.directory }, message);
    }
  }

  private advance(endOffset: number, bytes: number): void {
    if (endOffset === this.durable) return;
    this.durable = endOffset;
    const { active } = this.segments;
    this.mark.note({ segment: active.baseOffset, position: active.bytes, endOffset });
    this.bytesSinceCheckpoint += bytes;
    if (this.bytesSinceCheckpoint >= this.context.limits.checkpointBytes) this.checkpoints.request();
    this.listeners.tell();
  }

  private rollback(): void {
    this.nextOffset = this.durable;
    this.producers.rollback();
  }

  private async roll(): Promise<void> {
    const closed = this.segments.active;
    await this.writer.startSegment(this.durable);
    const next = Segment.empty(this.identity.directory, this.durable, this.context.now());
    next.index = new SegmentIndex(this.context.limits.indexIntervalBytes);
    this.segments.push(next);
    this.mark.note({ segment: next.baseOffset, position: 0, endOffset: this.durable });
    this.context.indexes.hold(closed);
    this.upkeep.saveClosed(closed);
    this.checkpoints.request();
  }

  private snapshot(): Snapshot {
    this.bytesSinceCheckpoint = 0;
    return {
      checkpoint: {
        startOffset: this.start,
        endOffset: this.durable,
        cleanedTo: this.upkeep.cleanedTo,
        segments: this.segments.all.map((segment) => segment.summary()),
        producers: this.producers.snapshot(),
      },
      active: this.segments.active,
    };
  }
}
