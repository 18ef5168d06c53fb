import { gunzipSync, gzipSync } from 'node:zlib';
import { CODEC, HEADER_BYTES, readHeader, withPayload, type BatchHeader } from './record-batch.js';

/** The records of a batch do not follow the format, or unpack to more than is allowed. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError';
}

/** One record inside the unpacked records of its batch. */
export interface StoredRecord {
  /** Where it begins and ends in the payload, its length field included. */
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** Null: the key is gone. */
  readonly value: Buffer | null;
}

export interface UnpackedBatch {
  readonly payload: Buffer;
  readonly records: readonly StoredRecord[];
}

/**
 * The records of a whole batch; undefined for a codec that is stored but not unpacked (snappy, lz4, zstd).
 * @throws RecordsError when they do not follow the format or unpack to more than `maxBytes`.
 */
export function unpackRecords(batch: Buffer, maxBytes: number): UnpackedBatch | undefined {
  const header = readHeader(batch);
  const stored = batch.subarray(HEADER_BYTES, header.bytes);
  if (header.codec === CODEC.none) return { payload: stored, records: parse(stored, header) };
  if (header.codec !== CODEC.gzip) return undefined;
  let payload: Buffer;
  try {
    payload = gunzipSync(stored, { maxOutputLength: maxBytes });
  } catch (error) {
    throw new RecordsError('the gzip stream is broken or too large', { cause: error });
  }
  return { payload, records: parse(payload, header) };
}

/** The batch with only `kept` of its records; they keep their offsets and times. */
export function repackRecords(batch: Buffer, unpacked: UnpackedBatch, kept: readonly StoredRecord[]): Buffer {
  const header = readHeader(batch);
  const payload = Buffer.concat(kept.map((record) => unpacked.payload.subarray(record.start, record.end)));
  const stored = header.codec === CODEC.gzip ? gzipSync(payload) : payload;
  const newest = kept.reduce((max, record) => Math.max(max, record.timestampMs), -1);
  return withPayload(batch, stored, kept.length, header.isAppendTime ? header.maxTimestampMs : newest);
}

function parse(payload: Buffer, header: BatchHeader): StoredRecord[] {
  const records: StoredRecord[] = [];
  const reader = new VarintReader(payload);
  for (let i = 0; i < header.count; i++) {
    const start = reader.at;
    const length = reader.int();
    const end = reader.at + length;
    if (length < 0 || end > payload.length) throw new RecordsError(`record ${i} is cut short`);
    reader.skip(1);
    const timestampDelta = reader.int();
    const offsetDelta = reader.int();
    const key = reader.bytes();
    const value = reader.bytes();
    if (reader.at > end) throw new RecordsError(`record ${i} is longer than it says`);
    records.push({
      start,
      end,
      offset: header.baseOffset + offsetDelta,
      timestampMs: header.isAppendTime ? header.maxTimestampMs : header.baseTimestampMs + timestampDelta,
      key,
      value,
    });
    reader.at = end;
  }
  return records;
}

/** Zigzag varints, up to 64 bits on the wire and 2^53 in value. */
class VarintReader {
  at = 0;

  constructor(private readonly buffer: Buffer) {}

  int(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.buffer[this.at++];
      if (byte === undefined) throw new RecordsError('a number is cut short');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new RecordsError('a number is too long');
  }

  bytes(): Buffer | null {
    const length = this.int();
    if (length < 0) return null;
    const from = this.at;
    this.skip(length);
    return this.buffer.subarray(from, this.at);
  }

  skip(count: number): void {
    this.at += count;
    if (this.at > this.buffer.length) throw new RecordsError('a record is cut short');
  }
}
