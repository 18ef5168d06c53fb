import { batchesOf, soundStretches, type DamagedRange } from './batch-scan.js';
import { type MarkedPoint } from './durable-mark.js';
import { type OpenFile } from './file-system.js';
import { type ProducerTable } from './producer-table.js';
import { type Expectation } from './record-batch.js';
import { type Segment } from './segment.js';
import { type StorageContext } from './storage-context.js';

/** A segment's log file as it was found. */
export interface FoundLog {
  readonly size: number;
  /** First offset of the next segment. */
  readonly belowOffset: number;
  readonly isLast: boolean;
  /** Each offset must be there: the segment was never compacted. */
  readonly strict: boolean;
  /** Up to where this file was durable, when that is noted. */
  readonly mark: MarkedPoint | undefined;
  /** Learns the batches from `replayFrom` on. */
  readonly producers: ProducerTable;
  readonly replayFrom: number;
}

/**
 * Reads the rest of a log file of which `segment.bytes` are known, and tells the segment. Damage stays and is reported,
 * but at the end of the last file what was never acknowledged is cut.
 */
export async function scanSegment(context: StorageContext, segment: Segment, found: FoundLog): Promise<void> {
  await new SegmentScan(context, segment, found).run();
}

class SegmentScan {
  constructor(
    private readonly context: StorageContext,
    private readonly segment: Segment,
    private readonly found: FoundLog,
  ) {}

  async run(): Promise<void> {
    const { size, belowOffset, isLast, mark } = this.found;
    await this.withFile('read', async (log) => {
      if (isLast && mark && this.segment.bytes < mark.position && mark.position <= size) {
        await this.read(log, mark.position, mark.endOffset, true);
        this.keep(mark.position, mark.endOffset);
      }
      await this.read(log, size, belowOffset, !isLast);
    });
    if (!isLast) this.keep(size, belowOffset);
    else if (this.segment.bytes < size) await this.cut();
  }

  private async read(log: OpenFile, to: number, belowOffset: number, wasDurable: boolean): Promise<void> {
    const { segment } = this;
    const { strict, producers, replayFrom } = this.found;
    const contiguous = strict && segment.contiguous;
    const expected: Expectation = { nextOffset: segment.lastOffset + 1, contiguous, belowOffset };
    const onDamage = (damage: DamagedRange): void => {
      // With nothing sound behind it, it is a torn tail.
      if (!damage.next && !wasDurable) return;
      const { position, offset, reason, next } = damage;
      const nextOffset = next?.header.baseOffset ?? belowOffset;
      this.context.damage.report({ path: segment.logPath, position, offset, reason, nextOffset });
    };
    for await (const stretch of soundStretches(log, { from: segment.bytes, to }, expected, onDamage)) {
      for (const { header, position } of batchesOf(stretch)) {
        if (!strict && header.baseOffset !== segment.lastOffset + 1) segment.contiguous = false;
        segment.add(header, position);
        if (position >= replayFrom) producers.replay(header, this.context.now());
      }
    }
  }

  /** What could not be read at the end of a durable range stays, with its offsets. */
  private keep(bytes: number, endOffset: number): void {
    if (this.segment.bytes >= bytes) return;
    this.segment.bytes = bytes;
    this.segment.lastOffset = endOffset - 1;
  }

  private async cut(): Promise<void> {
    const { logPath: file, bytes: position } = this.segment;
    await this.withFile('write', async (log) => {
      await log.truncate(position);
      await log.sync();
    });
    const fields = { file, position, bytes: this.found.size - position };
    this.context.logger.warn(fields, 'cut the torn end of a log file');
  }

  private async withFile(mode: 'read' | 'write', work: (log: OpenFile) => Promise<void>): Promise<void> {
    const log = await this.context.files.open(this.segment.logPath, mode);
    try {
      await work(log);
    } finally {
      await log.close();
    }
  }
}
