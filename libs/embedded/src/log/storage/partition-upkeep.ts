import { join } from 'node:path';
import { type CheckpointWriter } from './checkpoint-writer.js';
import { compactSegments } from './compaction.js';
import { type ReadGate } from './read-gate.js';
import { type ReadHints } from './read-hints.js';
import { expiredSegments } from './retention.js';
import { logFileName, type Segment } from './segment.js';
import { saveIndex } from './segment-files.js';
import { type SegmentList } from './segment-list.js';
import {
  concludeSwap,
  decideSwap,
  moveIn,
  removeReplaced,
  rewrittenPath,
  type SegmentSwap,
} from './segment-swap.js';
import { Semaphore } from './semaphore.js';
import { storageFault } from './storage-fault.js';
import { type StorageContext } from './storage-context.js';
import { type TopicConfig } from './topic-config.js';

/** The parts of a partition that upkeep works on. */
export interface UpkeepTarget {
  readonly directory: string;
  readonly config: () => TopicConfig;
  readonly segments: SegmentList;
  readonly gate: ReadGate;
  readonly hints: ReadHints;
  readonly checkpoints: CheckpointWriter;
  readonly cleanedTo: number;
  readonly startOffset: () => number;
  readonly raiseStartOffset: (offset: number) => void;
  /** Begins a new segment when the last one has records. */
  readonly closeSegment: () => Promise<void>;
  readonly isStopped: () => boolean;
}

/** Retention and compaction of one partition, beside its appends and reads. One run at a time. */
export class PartitionUpkeep {
  /** Offsets below this were compacted. */
  cleanedTo: number;
  private readonly turn = new Semaphore(1);
  private saving: Promise<void> = Promise.resolve();
  /** Took place, and is not concluded yet. */
  private unconcluded: SegmentSwap | undefined;

  constructor(
    private readonly context: StorageContext,
    private readonly target: UpkeepTarget,
  ) {
    this.cleanedTo = target.cleanedTo;
  }

  /** @throws EmbeddedError */
  run(): Promise<void> {
    return this.turn.run(async () => {
      if (this.target.isStopped()) return;
      await this.closeOld();
      await this.dropExpired();
      if (this.target.config().cleanup === 'compact') await this.compact();
    });
  }

  /** Only removes what is out of retention. */
  retain(): Promise<void> {
    return this.turn.run(() => this.dropExpired());
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.turn.run(() => this.saving);
  }

  /** Writes the index of a segment that was just closed, in the background. */
  saveClosed(segment: Segment): void {
    const bytes = segment.index?.encode(segment.bytes);
    if (bytes) this.saving = this.saving.then(() => saveIndex(this.context, segment, bytes));
  }

  private async closeOld(): Promise<void> {
    const { active } = this.target.segments;
    const isOld = this.context.now() - active.createdAtMs >= this.target.config().segmentMs;
    if (active.bytes > 0 && isOld) await this.target.closeSegment();
  }

  private async dropExpired(): Promise<void> {
    const { segments, startOffset } = this.target;
    const now = this.context.now();
    const count = expiredSegments(segments.all, this.target.config(), startOffset(), now);
    if (count === 0) return;
    if (count === segments.all.length && segments.active.bytes > 0) await this.target.closeSegment();
    await this.target.gate.exclusive(async () => {
      const dropped = segments.dropOldest(count);
      this.target.raiseStartOffset(segments.firstOffset);
      for (const segment of dropped) await this.remove(segment);
    });
    this.target.checkpoints.request();
  }

  /** A file that cannot be removed is met again when the partition is next opened. */
  private async remove(segment: Segment): Promise<void> {
    this.context.indexes.release(segment);
    try {
      await this.context.cache.forget(segment.logPath);
      await this.context.files.remove(segment.logPath);
      await this.context.files.remove(segment.indexPath);
    } catch (error) {
      const { message } = storageFault(error, 'remove', segment.logPath);
      this.context.logger.warn({ file: segment.logPath }, message);
    }
  }

  private async compact(): Promise<void> {
    await this.conclude();
    const closed = this.target.segments.closed;
    const total = closed.reduce((sum, segment) => sum + segment.bytes, 0);
    const dirty = closed.filter((segment) => segment.lastOffset >= this.cleanedTo);
    const dirtyBytes = dirty.reduce((sum, segment) => sum + segment.bytes, 0);
    if (dirtyBytes === 0 || dirtyBytes < total * this.context.limits.minDirtyRatio) return;
    this.cleanedTo = await compactSegments(this.context, {
      directory: this.target.directory,
      segments: () => this.target.segments.closed,
      cleanedTo: this.cleanedTo,
      segmentBytes: this.target.config().segmentBytes,
      isStopped: () => this.target.isStopped(),
      swapIn: (rewritten, replaced) => this.swapIn(rewritten, replaced),
    });
    this.target.checkpoints.request();
  }

  private async swapIn(rewritten: Segment, replaced: readonly Segment[]): Promise<void> {
    const target = rewritten.baseOffset;
    const others = replaced.map((segment) => segment.baseOffset).filter((base) => base !== target);
    await this.saving;
    await this.target.gate.exclusive(async () => {
      for (const segment of replaced) await this.context.cache.forget(segment.logPath);
      const swap: SegmentSwap = { target, replaced: others };
      await decideSwap(this.context.files, this.target.directory, swap);
      await this.moveInOrGiveUp(target);
      this.unconcluded = swap;
      for (const segment of replaced) this.context.indexes.release(segment);
      this.target.segments.replace(replaced, rewritten);
      this.target.hints.clear();
    });
    this.context.indexes.hold(rewritten);
    await this.conclude();
    this.saveClosed(rewritten);
    await this.saving;
  }

  /** Until this is done the decision stands: after a crash or a fault, opening or the next compaction does it. */
  private async conclude(): Promise<void> {
    if (!this.unconcluded) return;
    await removeReplaced(this.context.files, this.target.directory, this.unconcluded);
    await this.target.checkpoints.write();
    await concludeSwap(this.context.files, this.target.directory);
    this.unconcluded = undefined;
  }

  private async moveInOrGiveUp(target: number): Promise<void> {
    const { files } = this.context;
    const { directory } = this.target;
    try {
      await moveIn(files, directory, target);
    } catch (error) {
      await concludeSwap(files, directory);
      await files.remove(rewrittenPath(directory, target));
      throw storageFault(error, 'replace', join(directory, logFileName(target)));
    }
  }
}
