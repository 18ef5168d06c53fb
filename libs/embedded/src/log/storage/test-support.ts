import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import CRC32C from 'crc-32/crc32c.js';
import { type Logger } from '@fieldstream/domain';
import { NODE_FILE_SYSTEM, type DirectoryEntry, type FileSystem, type OpenFile } from './file-system.js';
import { type PartitionLog } from './partition-log.js';
import { batchBytes, HEADER_BYTES, lastOffsetOf, readHeader } from './record-batch.js';
import { unpackRecords } from './records.js';

/** For tests: a record to be put into a batch. */
export interface TestRecord {
  readonly key?: string | null;
  readonly value?: string | Buffer | null;
  readonly timestampMs?: number;
}

/** For tests: header fields that differ from those of a plain batch. */
export interface TestBatch {
  readonly attributes?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly count?: number;
  readonly lastOffsetDelta?: number;
  readonly maxTimestampMs?: number;
}

/** For tests: a record batch as a producer sends it; the lowest attribute bit set packs it with gzip. */
export function buildBatch(records: readonly TestRecord[], fields: TestBatch = {}): Buffer {
  const times = records.map((record) => record.timestampMs ?? 1_000);
  const base = times[0] ?? -1;
  const attributes = fields.attributes ?? 0;
  const plain = Buffer.concat(records.map((record, i) => encodeRecord(record, i, (times[i] ?? base) - base)));
  const payload = (attributes & 7) === 1 ? gzipSync(plain) : plain;
  const batch = Buffer.concat([Buffer.alloc(HEADER_BYTES), payload]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(attributes, 21);
  batch.writeInt32BE(fields.lastOffsetDelta ?? records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(base), 27);
  batch.writeBigInt64BE(BigInt(fields.maxTimestampMs ?? Math.max(-1, ...times)), 35);
  batch.writeBigInt64BE(BigInt(fields.producerId ?? -1), 43);
  batch.writeInt16BE(fields.producerEpoch ?? (fields.producerId === undefined ? -1 : 0), 51);
  batch.writeInt32BE(fields.baseSequence ?? (fields.producerId === undefined ? -1 : 0), 53);
  batch.writeInt32BE(fields.count ?? records.length, 57);
  batch.writeUInt32BE(CRC32C.buf(batch.subarray(21)) >>> 0, 17);
  return batch;
}

function encodeRecord(record: TestRecord, offsetDelta: number, timestampDelta: number): Buffer {
  const { key = 'k', value = 'v' } = record;
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(timestampDelta),
    varint(offsetDelta),
    field(key),
    field(value),
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function field(content: string | Buffer | null): Buffer {
  if (content === null) return varint(-1);
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  const bytes: number[] = [];
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

/** For tests: what a consumer sees of a stretch of whole batches. */
export function decodeBatches(
  bytes: Buffer,
): { offset: number; key: string | null; value: string | null; timestampMs: number }[] {
  const found = [];
  for (let at = 0; at < bytes.length;) {
    const { bytes: size } = readHeader(bytes, at);
    const unpacked = unpackRecords(bytes.subarray(at, at + size), 1e9);
    for (const record of unpacked?.records ?? []) {
      const { offset, key, value, timestampMs } = record;
      found.push({ offset, key: key && key.toString(), value: value && value.toString(), timestampMs });
    }
    at += size;
  }
  return found;
}

/** For tests: every record of a log, read as a consumer does, from `startOffset` to the end. */
export async function readRecords(
  log: PartitionLog,
  maxBytes = 1_000,
): Promise<ReturnType<typeof decodeBatches>> {
  const found = [];
  for (let offset = log.startOffset; ;) {
    const from = offset;
    const bytes = await log.read(from, maxBytes);
    if (bytes.length === 0) return found;
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) offset = lastOffsetOf(bytes, at) + 1;
    found.push(...decodeBatches(bytes).filter((record) => record.offset >= from));
  }
}

/** For tests: a folder of its own, removed by `remove`. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'storage-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** For tests: a logger that remembers its lines. */
export function recordingLogger(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']) =>
    (fields: object, message: string): void =>
      void lines.push({ level, fields, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export type FileOperation =
  'open' | 'write' | 'sync' | 'truncate' | 'rename' | 'remove' | 'read' | 'syncDirectory' | 'makeDirectory';

/** For tests: asked before each operation; a code such as `ENOSPC` makes it fail. */
export type FaultRule = (operation: FileOperation, path: string) => string | undefined;

/** For tests: the machine's file system with faults. A failing write leaves half of its bytes behind. */
export class FaultyFileSystem implements FileSystem {
  rule: FaultRule = () => undefined;
  /** Descriptors open now, and the most there have been. */
  opened = 0;
  mostOpen = 0;
  /** Awaited before each sync. */
  beforeSync: (path: string) => Promise<void> = async () => {};

  readFile(path: string): Promise<Buffer | undefined> {
    return NODE_FILE_SYSTEM.readFile(path);
  }

  list(directory: string): Promise<readonly DirectoryEntry[]> {
    return NODE_FILE_SYSTEM.list(directory);
  }

  async makeDirectory(path: string): Promise<void> {
    this.check('makeDirectory', path);
    await NODE_FILE_SYSTEM.makeDirectory(path);
  }

  async makeDirectories(path: string): Promise<void> {
    this.check('makeDirectory', path);
    await NODE_FILE_SYSTEM.makeDirectories(path);
  }

  async removeTree(path: string): Promise<void> {
    this.check('remove', path);
    await NODE_FILE_SYSTEM.removeTree(path);
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<OpenFile> {
    if (mode !== 'read') this.check('open', path);
    const file = await NODE_FILE_SYSTEM.open(path, mode);
    this.opened++;
    this.mostOpen = Math.max(this.mostOpen, this.opened);
    return {
      read: async (target, position) => {
        this.check('read', path);
        return file.read(target, position);
      },
      write: async (buffers, position) => {
        try {
          this.check('write', path);
        } catch (error) {
          const whole = Buffer.concat(buffers);
          await file.write([whole.subarray(0, whole.length >> 1)], position);
          throw error;
        }
        await file.write(buffers, position);
      },
      sync: async () => {
        await this.beforeSync(path);
        this.check('sync', path);
        await file.sync();
      },
      truncate: async (size) => {
        this.check('truncate', path);
        await file.truncate(size);
      },
      size: () => file.size(),
      close: async () => {
        this.opened--;
        await file.close();
      },
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.check('rename', to);
    await NODE_FILE_SYSTEM.rename(from, to);
  }

  async remove(path: string): Promise<void> {
    this.check('remove', path);
    await NODE_FILE_SYSTEM.remove(path);
  }

  async syncDirectory(path: string): Promise<void> {
    this.check('syncDirectory', path);
    await NODE_FILE_SYSTEM.syncDirectory(path);
  }

  private check(operation: FileOperation, path: string): void {
    const code = this.rule(operation, path);
    if (code === undefined) return;
    throw Object.assign(new Error(`${code}: injected, ${operation} '${path}'`), { code });
  }
}
