import { join } from 'node:path';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { DurableMark, type MarkedPoint } from './durable-mark.js';
import { ProducerTable } from './producer-table.js';
import { LEFTOVER_PREFIX } from './replace-file.js';
import { baseOffsetOf, logFileName, Segment, type SegmentSummary } from './segment.js';
import { SegmentIndex } from './segment-index.js';
import { scanSegment } from './segment-scan.js';
import { concludeSwap, moveIn, readSwap, removeReplaced } from './segment-swap.js';
import { type StorageContext } from './storage-context.js';

/** A partition as it was found on the disk, ready to be written to. */
export interface Recovered {
  /** Oldest first, at least one; the last one is written to and has its index. */
  readonly segments: readonly Segment[];
  readonly startOffset: number;
  readonly endOffset: number;
  readonly cleanedTo: number;
  readonly producers: ProducerTable;
}

/** Files of a partition that has never been opened. */
export async function createPartitionFiles(context: StorageContext, directory: string): Promise<void> {
  await context.files.makeDirectory(directory);
  await DurableMark.create(context.files, directory);
  await createLogFile(context, directory, 0);
}

/** Makes an empty log file whose name survives a crash. */
export async function createLogFile(
  context: StorageContext,
  directory: string,
  baseOffset: number,
): Promise<void> {
  const file = await context.files.open(join(directory, logFileName(baseOffset)), 'create');
  await file.close();
  await context.files.syncDirectory(directory);
}

/**
 * Opens a partition's files. Only what was written after the last checkpoint is read. At the end of the last segment,
 * what was never acknowledged and fails its check is cut (a warning); what was acknowledged and fails its check stays
 * where it is and is reported (an error). An offset that was given away once is not given away again.
 */
export async function recoverPartition(context: StorageContext, directory: string): Promise<Recovered> {
  return new Recovery(context, directory).run();
}

class Recovery {
  private readonly producers: ProducerTable;
  private checkpoint: Checkpoint | undefined;
  private hasCheckpointFile = false;
  private mark: MarkedPoint | undefined;
  /** A segment that was swapped in: what a checkpoint says of it may be outdated. */
  private swapped: number | undefined;

  constructor(
    private readonly context: StorageContext,
    private readonly directory: string,
  ) {
    this.producers = new ProducerTable(context.limits.maxProducers);
  }

  async run(): Promise<Recovered> {
    const { files } = this.context;
    const swap = await readSwap(files, this.directory);
    if (swap) {
      await moveIn(files, this.directory, swap.target);
      await removeReplaced(files, this.directory, swap);
    }
    this.swapped = swap?.target;
    const names = (await files.list(this.directory)).map((entry) => entry.name);
    for (const name of names)
      if (name.startsWith(LEFTOVER_PREFIX)) await files.remove(join(this.directory, name));
    await this.readNotes();
    const bases = names.flatMap((name) => baseOffsetOf(name) ?? []).sort((a, b) => a - b);
    const segments = await this.openSegments(bases);
    const recovered = this.result(segments);
    if (swap) {
      await writeCheckpoint(files, this.directory, {
        startOffset: recovered.startOffset,
        endOffset: recovered.endOffset,
        cleanedTo: recovered.cleanedTo,
        segments: segments.map((segment) => segment.summary()),
        producers: this.producers.snapshot(),
      });
      await concludeSwap(files, this.directory);
    }
    return recovered;
  }

  private async readNotes(): Promise<void> {
    const { files, logger } = this.context;
    const checkpoint = await readCheckpoint(files, this.directory);
    this.checkpoint = checkpoint.checkpoint;
    this.hasCheckpointFile = checkpoint.exists;
    if (checkpoint.exists && !this.checkpoint)
      logger.warn(
        { directory: this.directory },
        'checkpoint unreadable: the whole partition is read instead',
      );
    if (this.checkpoint) this.producers.restore(this.checkpoint.producers);
    const mark = await DurableMark.read(files, this.directory);
    this.mark = mark.point;
    if (!mark.exists) await DurableMark.create(files, this.directory);
  }

  private async openSegments(bases: readonly number[]): Promise<Segment[]> {
    const segments: Segment[] = [];
    for (const [i, base] of bases.entries()) segments.push(await this.openSegment(base, bases[i + 1]));
    this.reportMissing(segments);
    const end = (segments.at(-1)?.lastOffset ?? -1) + 1;
    const given = Math.max(end, this.mark?.endOffset ?? 0, this.checkpoint?.endOffset ?? 0);
    if (segments.length === 0 || given > end) {
      if (given > end) this.reportLost(end, given);
      await createLogFile(this.context, this.directory, given);
      const segment = Segment.empty(this.directory, given, this.context.now());
      segment.index = new SegmentIndex(this.context.limits.indexIntervalBytes);
      const previous = segments.at(-1);
      if (previous?.bytes === 0) segments.pop();
      segments.push(segment);
      if (previous?.bytes === 0 && previous.baseOffset !== given)
        await this.context.files.remove(previous.logPath);
    }
    return segments;
  }

  private async openSegment(base: number, nextBase: number | undefined): Promise<Segment> {
    const path = join(this.directory, logFileName(base));
    const size = await this.sizeOf(path);
    const known = this.knownSummary(base, size);
    if (known && nextBase !== undefined && known.bytes === size) return new Segment(this.directory, known);
    const segment = await this.resumePoint(known, base);
    await scanSegment(this.context, segment, {
      size,
      belowOffset: nextBase ?? Number.MAX_SAFE_INTEGER,
      isLast: nextBase === undefined,
      strict: base !== this.swapped && (known !== undefined || this.isUncompacted(base)),
      mark: this.mark?.segment === base ? this.mark : undefined,
      producers: this.producers,
      replayFrom: this.replayFrom(base),
    });
    if (nextBase !== undefined) this.context.indexes.hold(segment);
    return segment;
  }

  /** Only closed segments are compacted, and a checkpoint is written then. */
  private isUncompacted(base: number): boolean {
    if (!this.checkpoint) return !this.hasCheckpointFile && this.mark !== undefined;
    return base > (this.checkpoint.segments.at(-1)?.baseOffset ?? Infinity);
  }

  private async sizeOf(path: string): Promise<number> {
    const file = await this.context.files.open(path, 'read');
    try {
      return await file.size();
    } finally {
      await file.close();
    }
  }

  /** What the checkpoint says of a segment, as long as the file can still begin like that. */
  private knownSummary(base: number, size: number): SegmentSummary | undefined {
    const known = this.checkpoint?.segments.find((segment) => segment.baseOffset === base);
    if (!known || base === this.swapped) return undefined;
    if (known.bytes <= size) return known;
    const fields = { file: join(this.directory, logFileName(base)), bytes: size, bytesWritten: known.bytes };
    this.context.logger.error(fields, 'a log file is shorter than it was: restore it from a backup');
    return undefined;
  }

  /** The segment as of the checkpoint when its index is there too, else as of its beginning. */
  private async resumePoint(known: SegmentSummary | undefined, base: number): Promise<Segment> {
    const { files, limits, now } = this.context;
    const createdAtMs = known?.createdAtMs ?? now();
    const resumed = known && new Segment(this.directory, known);
    const bytes = resumed && (await files.readFile(resumed.indexPath));
    const decoded = bytes && SegmentIndex.decode(bytes, limits.indexIntervalBytes);
    if (resumed && decoded && decoded.coveredBytes >= resumed.bytes) {
      decoded.index.cut(resumed.bytes);
      resumed.index = decoded.index;
      return resumed;
    }
    const segment = Segment.empty(this.directory, base, createdAtMs);
    segment.contiguous = known?.contiguous ?? true;
    segment.index = new SegmentIndex(limits.indexIntervalBytes);
    return segment;
  }

  /** Up to there the checkpoint's producers know the batches of a segment already. */
  private replayFrom(base: number): number {
    const last = this.checkpoint?.segments.at(-1);
    if (!last || base > last.baseOffset) return 0;
    return base === last.baseOffset ? last.bytes : Infinity;
  }

  private reportMissing(segments: readonly Segment[]): void {
    const there = new Set(segments.map((segment) => segment.baseOffset));
    const oldest = segments[0]?.baseOffset ?? Infinity;
    for (const known of this.checkpoint?.segments ?? []) {
      // Retention removes from the oldest on: a gap at the start is none.
      if (known.bytes === 0 || known.baseOffset < oldest || there.has(known.baseOffset)) continue;
      const file = join(this.directory, logFileName(known.baseOffset));
      const fields = { file, firstOffset: known.baseOffset, lastOffset: known.lastOffset };
      this.context.logger.error(
        fields,
        'a log file is missing: restore it from a backup, or go on without it',
      );
    }
  }

  private reportLost(firstOffset: number, endOffset: number): void {
    this.context.logger.error(
      { directory: this.directory, firstOffset, lastOffset: endOffset - 1 },
      'the end of the log is missing, though it was written: stop, restore the last log file from a backup, or go on without these offsets',
    );
  }

  private result(segments: readonly Segment[]): Recovered {
    const first = segments[0]?.baseOffset ?? 0;
    const endOffset = (segments.at(-1)?.lastOffset ?? -1) + 1;
    const startOffset = Math.min(Math.max(first, this.checkpoint?.startOffset ?? 0), endOffset);
    return {
      segments,
      startOffset,
      endOffset,
      cleanedTo: this.checkpoint?.cleanedTo ?? 0,
      producers: this.producers,
    };
  }
}
