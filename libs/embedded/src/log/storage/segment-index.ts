import CRC32C from 'crc-32/crc32c.js';

/** One batch of the segment by which the others near it are found. */
export interface IndexEntry {
  /** Base offset of the batch. */
  readonly offset: number;
  /** Where it begins in the file. */
  readonly position: number;
  /** The newest time of all batches before it in the segment; -1: there are none. */
  readonly newestBeforeMs: number;
}

const MAGIC = 0x46534931;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 24;

/** A sparse index of one segment by offset and by time. It can always be rebuilt from the log. */
export class SegmentIndex {
  private readonly entries: IndexEntry[] = [];

  constructor(private readonly intervalBytes: number) {}

  get length(): number {
    return this.entries.length;
  }

  /** To be told each batch, in order; keeps one in every `intervalBytes`. */
  add(offset: number, position: number, newestBeforeMs: number): void {
    const last = this.entries.at(-1);
    if (last && position - last.position < this.intervalBytes) return;
    this.entries.push({ offset, position, newestBeforeMs });
  }

  /** The last batch known to begin at or before `offset`. */
  byOffset(offset: number): IndexEntry | undefined {
    return this.last((entry) => entry.offset <= offset);
  }

  /** The last batch known to have only older ones than `timeMs` before it. */
  byTime(timeMs: number): IndexEntry | undefined {
    return this.last((entry) => entry.newestBeforeMs < timeMs);
  }

  /** The index of a log file of `coveredBytes`, as bytes for a file. */
  encode(coveredBytes: number): Buffer {
    const covered = this.entries.filter((entry) => entry.position < coveredBytes);
    const bytes = Buffer.alloc(HEADER_BYTES + 8 + covered.length * ENTRY_BYTES);
    bytes.writeDoubleLE(coveredBytes, HEADER_BYTES);
    let at = HEADER_BYTES + 8;
    for (const entry of covered) {
      bytes.writeDoubleLE(entry.offset, at);
      bytes.writeDoubleLE(entry.position, at + 8);
      bytes.writeDoubleLE(entry.newestBeforeMs, at + 16);
      at += ENTRY_BYTES;
    }
    bytes.writeUInt32LE(MAGIC, 0);
    bytes.writeUInt32LE(checksum(bytes), 4);
    return bytes;
  }

  /** What `encode` gave, with the bytes of log it covers; undefined when that is not what it is. */
  static decode(
    bytes: Buffer,
    intervalBytes: number,
  ): { index: SegmentIndex; coveredBytes: number } | undefined {
    const rest = bytes.length - HEADER_BYTES - 8;
    if (rest < 0 || rest % ENTRY_BYTES !== 0) return undefined;
    if (bytes.readUInt32LE(0) !== MAGIC || bytes.readUInt32LE(4) !== checksum(bytes)) return undefined;
    const index = new SegmentIndex(intervalBytes);
    for (let at = HEADER_BYTES + 8; at < bytes.length; at += ENTRY_BYTES) {
      index.entries.push({
        offset: bytes.readDoubleLE(at),
        position: bytes.readDoubleLE(at + 8),
        newestBeforeMs: bytes.readDoubleLE(at + 16),
      });
    }
    return { index, coveredBytes: bytes.readDoubleLE(HEADER_BYTES) };
  }

  /** Forgets the batches that begin at or after `position`. */
  cut(position: number): void {
    const from = this.entries.findIndex((entry) => entry.position >= position);
    if (from >= 0) this.entries.splice(from);
  }

  private last(matches: (entry: IndexEntry) => boolean): IndexEntry | undefined {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.entries[middle];
      if (entry && matches(entry)) low = middle + 1;
      else high = middle;
    }
    return this.entries[low - 1];
  }
}

function checksum(bytes: Buffer): number {
  return CRC32C.buf(bytes.subarray(HEADER_BYTES)) >>> 0;
}
