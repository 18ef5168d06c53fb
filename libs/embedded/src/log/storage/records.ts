import { gunzipSync, gzipSync } from 'node:zlib';
import { RecordsError } from './records-error.js';
import { CODEC, HEADER_BYTES, readHeader, withPayload, type BatchHeader } from './record-batch.js';
import { VarintReader } from './varint-reader.js';

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
  const payload = unpackPayload(batch, header, maxBytes);
  return payload && { payload, records: parse(payload, header) };
}

/**
 * Checks that the records of a whole batch follow the format to the last byte, so that no consumer stops at them; those
 * of a codec that is not unpacked here are taken as they are.
 * @returns whether each has a key
 * @throws RecordsError
 */
export function checkRecords(batch: Buffer, maxBytes: number): boolean {
  const header = readHeader(batch);
  const payload = unpackPayload(batch, header, maxBytes);
  return payload === undefined || walk(payload, header.count);
}

function unpackPayload(batch: Buffer, header: BatchHeader, maxBytes: number): Buffer | undefined {
  const stored = batch.subarray(HEADER_BYTES, header.bytes);
  if (header.codec === CODEC.none) return stored;
  if (header.codec !== CODEC.gzip) return undefined;
  try {
    return gunzipSync(stored, { maxOutputLength: maxBytes });
  } catch (error) {
    throw new RecordsError('the gzip stream is broken or too large', { cause: error });
  }
}

function walk(payload: Buffer, count: number): boolean {
  const reader = new VarintReader(payload);
  let allHaveKeys = true;
  for (let i = 0; i < count; i++) {
    const end = reader.int() + reader.at;
    reader.skip(1);
    reader.int();
    if (reader.int() !== i) throw new RecordsError(`record ${i} has another offset`);
    if (reader.skipBytes() === -1) allHaveKeys = false;
    reader.skipBytes();
    for (let headers = reader.int(); headers > 0; headers--) {
      if (reader.skipBytes() === -1) throw new RecordsError(`a header of record ${i} has no key`);
      reader.skipBytes();
    }
    if (reader.at !== end) throw new RecordsError(`record ${i} is not as long as it says`);
  }
  if (reader.at !== payload.length) throw new RecordsError('bytes follow the last record');
  return allHaveKeys;
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
