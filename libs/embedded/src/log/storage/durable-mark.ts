import { join } from 'node:path';
import CRC32C from 'crc-32/crc32c.js';
import { type FileCache } from './file-cache.js';
import { type FileSystem } from './file-system.js';

/** Up to where the log was durable: never beyond what is, at most one commit behind unless the machine itself stopped. */
export interface MarkedPoint {
  /** Base offset of the last segment. */
  readonly segment: number;
  /** Durable bytes of its log file. */
  readonly position: number;
  readonly endOffset: number;
}

const FILE_NAME = 'durable';
const BYTES = 28;

/**
 * A few bytes beside the log, rewritten after each commit, that tell a torn tail (beyond the mark: it was never
 * acknowledged) from damage (before it). It is not synced and may fail: a stale mark is a correct one.
 */
export class DurableMark {
  readonly path: string;
  private latest: MarkedPoint | undefined;
  private writing: Promise<void> | undefined;

  constructor(
    directory: string,
    private readonly cache: FileCache,
  ) {
    this.path = join(directory, FILE_NAME);
  }

  /** Never blocks and never throws; of several notes in a row the last one is written. */
  note(point: MarkedPoint): void {
    this.latest = point;
    this.writing ??= this.write();
  }

  /** Resolves when the latest note is written, or could not be. */
  async settled(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private async write(): Promise<void> {
    while (this.latest) {
      const bytes = encode(this.latest);
      this.latest = undefined;
      try {
        await this.cache.use(this.path, 'write', (file) => file.write([bytes], 0));
      } catch {
        await this.cache.forget(this.path);
      }
    }
    this.writing = undefined;
  }

  /** Makes the file, so that a note never needs a new one. */
  static async create(files: FileSystem, directory: string): Promise<void> {
    const file = await files.open(join(directory, FILE_NAME), 'create');
    await file.close();
  }

  /** Undefined when there is none, or none that can be trusted; `exists` tells whether there is a file. */
  static async read(
    files: FileSystem,
    directory: string,
  ): Promise<{ exists: boolean; point: MarkedPoint | undefined }> {
    const bytes = await files.readFile(join(directory, FILE_NAME));
    return { exists: bytes !== undefined, point: bytes && decode(bytes) };
  }
}

function encode(point: MarkedPoint): Buffer {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeDoubleLE(point.segment, 0);
  bytes.writeDoubleLE(point.position, 8);
  bytes.writeDoubleLE(point.endOffset, 16);
  bytes.writeUInt32LE(CRC32C.buf(bytes.subarray(0, 24)) >>> 0, 24);
  return bytes;
}

function decode(bytes: Buffer): MarkedPoint | undefined {
  if (bytes.length !== BYTES) return undefined;
  if (CRC32C.buf(bytes.subarray(0, 24)) >>> 0 !== bytes.readUInt32LE(24)) return undefined;
  return {
    segment: bytes.readDoubleLE(0),
    position: bytes.readDoubleLE(8),
    endOffset: bytes.readDoubleLE(16),
  };
}
