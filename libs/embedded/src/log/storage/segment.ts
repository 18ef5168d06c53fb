import { join } from 'node:path';
import { type BatchHeader } from './record-batch.js';
import { type SegmentIndex } from './segment-index.js';

const NAME_DIGITS = 20;
const LOG_SUFFIX = '.log';

/** What a checkpoint remembers of a segment, so that opening need not read it. */
export interface SegmentSummary {
  readonly baseOffset: number;
  /** Durable bytes of its log file. */
  readonly bytes: number;
  /** `baseOffset - 1` when it is empty. */
  readonly lastOffset: number;
  /** -1 when it is empty or its records have no time. */
  readonly maxTimestampMs: number;
  /** Last offset of the batch with that time; -1. */
  readonly maxTimestampOffset: number;
  /** Each offset of the range is there: not compacted. */
  readonly contiguous: boolean;
  readonly createdAtMs: number;
}

/** One log file of a partition and what is known of it. Only the last segment of a partition changes. */
export class Segment implements SegmentSummary {
  readonly baseOffset: number;
  readonly logPath: string;
  readonly indexPath: string;
  bytes: number;
  lastOffset: number;
  maxTimestampMs: number;
  maxTimestampOffset: number;
  contiguous: boolean;
  createdAtMs: number;
  /** Undefined: not in memory. The last segment of a partition always has it. */
  index: SegmentIndex | undefined;

  constructor(directory: string, summary: SegmentSummary) {
    this.baseOffset = summary.baseOffset;
    this.logPath = join(directory, logFileName(summary.baseOffset));
    this.indexPath = join(directory, indexFileName(summary.baseOffset));
    this.bytes = summary.bytes;
    this.lastOffset = summary.lastOffset;
    this.maxTimestampMs = summary.maxTimestampMs;
    this.maxTimestampOffset = summary.maxTimestampOffset;
    this.contiguous = summary.contiguous;
    this.createdAtMs = summary.createdAtMs;
  }

  static empty(directory: string, baseOffset: number, createdAtMs: number): Segment {
    return new Segment(directory, {
      baseOffset,
      bytes: 0,
      lastOffset: baseOffset - 1,
      maxTimestampMs: -1,
      maxTimestampOffset: -1,
      contiguous: true,
      createdAtMs,
    });
  }

  /** Takes over the batch that lies at `position`, the last so far. */
  add(header: BatchHeader, position: number): void {
    this.index?.add(header.baseOffset, position, this.maxTimestampMs);
    this.bytes = position + header.bytes;
    this.lastOffset = header.lastOffset;
    if (header.maxTimestampMs <= this.maxTimestampMs) return;
    this.maxTimestampMs = header.maxTimestampMs;
    this.maxTimestampOffset = header.lastOffset;
  }

  summary(): SegmentSummary {
    const { baseOffset, bytes, lastOffset, maxTimestampMs, maxTimestampOffset, contiguous, createdAtMs } =
      this;
    return { baseOffset, bytes, lastOffset, maxTimestampMs, maxTimestampOffset, contiguous, createdAtMs };
  }
}

export function logFileName(baseOffset: number): string {
  return String(baseOffset).padStart(NAME_DIGITS, '0') + LOG_SUFFIX;
}

export function indexFileName(baseOffset: number): string {
  return `${String(baseOffset).padStart(NAME_DIGITS, '0')}.index`;
}

/** The base offset in a log file's name; undefined when it is not the name of one. */
export function baseOffsetOf(fileName: string): number | undefined {
  if (!fileName.endsWith(LOG_SUFFIX)) return undefined;
  const digits = fileName.slice(0, -LOG_SUFFIX.length);
  if (!/^\d{20}$/.test(digits)) return undefined;
  const offset = Number(digits);
  return Number.isSafeInteger(offset) ? offset : undefined;
}
