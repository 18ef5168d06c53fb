import { type NewAppend } from './append-plan.js';
import { batchesOf } from './batch-scan.js';
import { type CheckpointWriter } from './checkpoint-writer.js';
import { DurableMark } from './durable-mark.js';
import { GroupCommit, type Committable } from './group-commit.js';
import { type ProducerTable, type StagedProducers } from './producer-table.js';
import { Segment } from './segment.js';
import { SegmentIndex } from './segment-index.js';
import { type SegmentList } from './segment-list.js';
import { SegmentWriter } from './segment-writer.js';
import { type StorageContext } from './storage-context.js';

/** What waits for the next flush. Without records: a place in the order. */
interface PendingAppend extends Committable {
  readonly records: Buffer;
  readonly staged: StagedProducers;
  readonly endOffset: number;
  /** Close the segment behind it. */
  readonly closesSegment: boolean;
}

/** The parts of a partition that its end works on. */
export interface TailTarget {
  readonly directory: string;
  readonly segmentBytes: () => number;
  readonly segments: SegmentList;
  readonly producers: ProducerTable;
  readonly checkpoints: CheckpointWriter;
  /** The segment changes no more. */
  readonly onClosed: (segment: Segment) => void;
  /** `durableOffset` has moved. */
  readonly onDurable: () => void;
}

const EMPTY = Buffer.alloc(0);

/** The end of a partition that is written to: gives away offsets, makes records durable in groups, begins segments. */
export class PartitionTail {
  readonly mark: DurableMark;
  private end: number;
  private durable: number;
  private bytesSinceCheckpoint = 0;
  private readonly writer: SegmentWriter;
  private readonly commits: GroupCommit<PendingAppend>;

  constructor(
    private readonly context: StorageContext,
    private readonly target: TailTarget,
    endOffset: number,
  ) {
    this.end = endOffset;
    this.durable = endOffset;
    this.mark = new DurableMark(target.directory, context.cache);
    this.writer = new SegmentWriter(context, target.directory);
    this.commits = new GroupCommit({
      maxGroupBytes: context.limits.maxGroupBytes,
      fits: (bytesBefore, item) => this.fits(bytesBefore, item),
      commit: (group) => this.commit(group),
      rollback: () => this.rollback(),
    });
  }

  /** Next offset to be given away. */
  get endOffset(): number {
    return this.end;
  }

  /** Everything before it is on the disk. */
  get durableOffset(): number {
    return this.durable;
  }

  /** Takes a planned append at `endOffset`; resolves when it is durable. @throws EmbeddedError */
  async append(plan: NewAppend, records: Buffer): Promise<void> {
    const { staged, endOffset } = plan;
    this.target.producers.stage(staged);
    this.end = endOffset;
    try {
      await this.commits.add({ bytes: records.length, records, staged, endOffset, closesSegment: false });
    } finally {
      this.context.pending.remove(records.length);
    }
  }

  /** Resolves when `offset` is durable, which was given away. @throws EmbeddedError when it is lost. */
  async reach(offset: number): Promise<void> {
    if (offset >= this.durable) await this.commits.add(this.placeholder(false));
  }

  /** Begins a new segment when the last one has records; when that fails, it stays as it is. */
  closeSegment(): Promise<void> {
    return this.commits.add(this.placeholder(true));
  }

  /** Resolves when nothing waits any more; never rejects. */
  drained(): Promise<void> {
    return this.commits.drained();
  }

  /** A checkpoint was made of what is durable now. */
  onCheckpoint(): void {
    this.bytesSinceCheckpoint = 0;
  }

  private placeholder(closesSegment: boolean): PendingAppend {
    return { bytes: 0, records: EMPTY, staged: new Map(), endOffset: this.end, closesSegment };
  }

  private fits(bytesBefore: number, item: PendingAppend): boolean {
    return this.target.segments.active.bytes + bytesBefore + item.bytes <= this.target.segmentBytes();
  }

  private async commit(group: readonly PendingAppend[]): Promise<void> {
    const { segments, producers } = this.target;
    const bytes = group.reduce((sum, item) => sum + item.bytes, 0);
    const [first] = group;
    if (first && bytes > 0 && segments.active.bytes > 0 && !this.fits(0, first)) await this.roll();
    const { active } = segments;
    if (bytes > 0) {
      const buffers = group.flatMap((item) => (item.bytes > 0 ? [item.records] : []));
      await this.writer.append(active, buffers);
      for (const records of buffers)
        for (const batch of batchesOf({ position: active.bytes, bytes: records }))
          active.add(batch.header, batch.position);
    }
    for (const item of group) producers.commit(item.staged);
    this.advance(group.at(-1)?.endOffset ?? this.durable, bytes);
    if (group.some((item) => item.closesSegment) && active.bytes > 0) await this.tryRoll();
  }

  private advance(endOffset: number, bytes: number): void {
    if (endOffset === this.durable) return;
    this.durable = endOffset;
    const { active } = this.target.segments;
    this.mark.note({ segment: active.baseOffset, position: active.bytes, endOffset });
    this.bytesSinceCheckpoint += bytes;
    if (this.bytesSinceCheckpoint >= this.context.limits.checkpointBytes) this.target.checkpoints.request();
    this.target.onDurable();
  }

  private rollback(): void {
    this.end = this.durable;
    this.target.producers.rollback();
  }

  private async roll(): Promise<void> {
    const { directory, segments, checkpoints } = this.target;
    const closed = segments.active;
    await this.writer.startSegment(this.durable);
    const next = Segment.empty(directory, this.durable, this.context.now());
    next.index = new SegmentIndex(this.context.limits.indexIntervalBytes);
    segments.push(next);
    this.mark.note({ segment: next.baseOffset, position: 0, endOffset: this.durable });
    this.context.indexes.hold(closed);
    this.target.onClosed(closed);
    checkpoints.request();
  }

  /** What was committed stays committed when the next segment cannot be made now. */
  private async tryRoll(): Promise<void> {
    try {
      await this.roll();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.context.logger.warn({ directory: this.target.directory }, message);
    }
  }
}
