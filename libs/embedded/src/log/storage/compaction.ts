import { batchesOf, soundStretches } from './batch-scan.js';
import { type OpenFile } from './file-system.js';
import { KeyMap } from './key-map.js';
import { readHeader, type BatchHeader, type Expectation } from './record-batch.js';
import { repackRecords, unpackRecords, type StoredRecord, type UnpackedBatch } from './records.js';
import { RecordsError } from './records-error.js';
import { Segment } from './segment.js';
import { readingLog } from './segment-files.js';
import { SegmentIndex } from './segment-index.js';
import { rewrittenPath } from './segment-swap.js';
import { storageFault } from './storage-fault.js';
import { type StorageContext } from './storage-context.js';

const WRITE_BYTES = 1024 * 1024;

export interface CompactionOptions {
  readonly directory: string;
  /** The closed segments of the partition as they are now, oldest first. */
  readonly segments: () => readonly Segment[];
  /** Offsets below this were compacted before. */
  readonly cleanedTo: number;
  /** No segment becomes larger than this by joining neighbours. */
  readonly segmentBytes: number;
  /** Asked now and then; true ends the compaction early. */
  readonly isStopped: () => boolean;
  /** Puts the rewritten segment, whose file is at `rewrittenPath`, in the place of the given ones. */
  readonly swapIn: (rewritten: Segment, replaced: readonly Segment[]) => Promise<void>;
}

/**
 * Rewrites closed segments so that of each key only the newest record is left, with its offset. Records that say a key
 * is gone stay for the delete retention. Batches that cannot be unpacked, and segments with damage, stay whole.
 * Answers up to which offset the partition is compacted now. @throws EmbeddedError
 */
export function compactSegments(context: StorageContext, options: CompactionOptions): Promise<number> {
  return new Compaction(context, options).run();
}

class Compaction {
  private readonly keys: KeyMap;
  private readonly tombstonesGoBeforeMs: number;

  constructor(
    private readonly context: StorageContext,
    private readonly options: CompactionOptions,
  ) {
    this.keys = new KeyMap(context.limits.maxKeyBytes);
    this.tombstonesGoBeforeMs = context.now() - context.limits.deleteRetentionMs;
  }

  async run(): Promise<number> {
    const { segments, isStopped, cleanedTo } = this.options;
    const cleanTo = await this.readKeys(segments());
    const isMeant = (segment: Segment): boolean => segment.baseOffset < cleanTo;
    for (const group of this.groups(segments().filter(isMeant))) {
      if (isStopped()) return cleanedTo;
      await this.rewrite(group, cleanTo);
    }
    // Those that have become small may join now.
    for (const group of this.groups(segments().filter(isMeant))) {
      if (isStopped()) return cleanedTo;
      if (group.length > 1) await this.rewrite(group, cleanTo);
    }
    return isStopped() ? cleanedTo : cleanTo;
  }

  /** Collects the keys of what is new; answers up to which offset they are known. */
  private async readKeys(segments: readonly Segment[]): Promise<number> {
    let knownTo = this.options.cleanedTo;
    for (const segment of segments) {
      if (segment.lastOffset < this.options.cleanedTo) continue;
      await this.visit(segment, (batch, header) => {
        if (this.keys.isFull || this.options.isStopped()) return;
        knownTo = header.lastOffset + 1;
        if (header.lastOffset < this.options.cleanedTo) return;
        for (const { key, offset } of this.unpack(batch)?.records ?? []) if (key) this.keys.set(key, offset);
      });
      if (this.keys.isFull || this.options.isStopped()) break;
      knownTo = Math.max(knownTo, segment.lastOffset + 1);
    }
    return knownTo;
  }

  private async visit(
    segment: Segment,
    visitor: (batch: Buffer, header: BatchHeader) => void | Promise<void>,
  ): Promise<boolean> {
    let isSound = true;
    const expected: Expectation = {
      nextOffset: segment.baseOffset,
      contiguous: segment.contiguous,
      belowOffset: segment.lastOffset + 1,
    };
    await readingLog(this.context, segment, async (file) => {
      const range = { from: 0, to: segment.bytes };
      for await (const stretch of soundStretches(file, range, expected, (damage) => {
        isSound = false;
        const { position, offset, reason, next } = damage;
        this.context.damage.report({
          path: segment.logPath,
          position,
          offset,
          reason,
          nextOffset: next?.header.baseOffset,
        });
      })) {
        for (const { bytes, header } of batchesOf(stretch)) await visitor(bytes, header);
      }
    });
    return isSound;
  }

  /** Neighbours that fit one segment become one. */
  private groups(segments: readonly Segment[]): Segment[][] {
    const groups: Segment[][] = [];
    let bytes = 0;
    for (const segment of segments) {
      const last = groups.at(-1);
      if (last && bytes + segment.bytes <= this.options.segmentBytes) {
        last.push(segment);
        bytes += segment.bytes;
      } else {
        groups.push([segment]);
        bytes = segment.bytes;
      }
    }
    return groups;
  }

  private async rewrite(group: readonly Segment[], cleanTo: number): Promise<void> {
    const [first] = group;
    if (!first) return;
    const rewritten = Segment.empty(this.options.directory, first.baseOffset, first.createdAtMs);
    rewritten.index = new SegmentIndex(this.context.limits.indexIntervalBytes);
    rewritten.contiguous = false;
    const path = rewrittenPath(this.options.directory, first.baseOffset);
    try {
      const isWanted = await this.copy(group, cleanTo, rewritten, path);
      if (isWanted) await this.options.swapIn(rewritten, group);
      else await this.context.files.remove(path);
    } catch (error) {
      throw storageFault(error, 'compact into', path);
    }
  }

  /** False: nothing would be won, or not all could be read. */
  private async copy(
    group: readonly Segment[],
    cleanTo: number,
    rewritten: Segment,
    path: string,
  ): Promise<boolean> {
    const file = await this.context.files.open(path, 'create');
    try {
      const output = new Output(file);
      for (const segment of group) {
        const isSound = await this.visit(segment, async (batch, header) => {
          const kept = header.lastOffset < cleanTo ? this.keep(batch) : batch;
          if (!kept) return;
          rewritten.add(readHeader(kept), rewritten.bytes);
          await output.add(kept);
        });
        // The group stays as it is, with whatever older records are in it.
        if (!isSound) this.keys.addOpaque(rewritten.baseOffset);
        if (!isSound || this.options.isStopped()) return false;
      }
      await output.flush();
      const before = group.reduce((sum, segment) => sum + segment.bytes, 0);
      if (group.length === 1 && rewritten.bytes >= before) return false;
      await this.context.syncs.run(() => file.sync());
      return true;
    } finally {
      await file.close();
    }
  }

  /** The batch without the records that are to go; undefined: all are. */
  private keep(batch: Buffer): Buffer | undefined {
    const unpacked = this.unpack(batch);
    if (!unpacked) return batch;
    const kept = unpacked.records.filter((record) => this.isKept(record));
    if (kept.length === unpacked.records.length) return batch;
    return kept.length === 0 ? undefined : repackRecords(batch, unpacked, kept);
  }

  private isKept(record: StoredRecord): boolean {
    // As in Kafka: a record without a key can only be from before the topic was compacted.
    if (record.key === null) return false;
    if (this.keys.supersedes(record.key, record.offset)) return false;
    // An older record of the key may be left where records cannot be read: it would come back.
    const isLastTrace = !this.keys.hasOpaqueBefore(record.offset);
    return !(record.value === null && isLastTrace && record.timestampMs < this.tombstonesGoBeforeMs);
  }

  private unpack(batch: Buffer): UnpackedBatch | undefined {
    const header = readHeader(batch);
    let unpacked: UnpackedBatch | undefined;
    try {
      if (!header.isControl) unpacked = unpackRecords(batch, this.context.limits.maxUnpackedBytes);
    } catch (error) {
      if (!(error instanceof RecordsError)) throw error;
    }
    if (!unpacked) this.keys.addOpaque(header.baseOffset);
    return unpacked;
  }
}

/** Gathers small batches into larger writes. */
class Output {
  private parts: Buffer[] = [];
  private bytes = 0;
  private position = 0;

  constructor(private readonly file: OpenFile) {}

  async add(part: Buffer): Promise<void> {
    this.parts.push(part);
    this.bytes += part.length;
    if (this.bytes >= WRITE_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.bytes > 0) await this.file.write(this.parts, this.position);
    this.position += this.bytes;
    this.parts = [];
    this.bytes = 0;
  }
}
