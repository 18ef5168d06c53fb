import { gunzipSync, gzipSync } from 'node:zlib';
import CRC32C from 'crc-32/crc32c.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

export interface RawRecord {
  readonly key?: string | null;
  readonly value?: string | null;
  readonly timestampMs?: number;
}

/** Fields of a batch that a case wants to be other than a good producer's. */
export interface BatchOptions {
  readonly records: readonly RawRecord[];
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly gzip?: boolean;
  readonly magic?: number;
  readonly baseOffset?: number;
  /** What the batch says of itself, when that is not so. */
  readonly lastOffsetDelta?: number;
  readonly recordCount?: number;
  readonly crc?: number;
  readonly batchLength?: number;
  readonly attributes?: number;
}

/** Old ones would fall to the retention. */
const DEFAULT_TIMESTAMP_MS = Date.now();
const GZIP = 1;

/** A record batch of version 2, as the protocol guide lays it out. */
export function recordBatch(options: BatchOptions): Buffer {
  const { records } = options;
  const timestamps = records.map((record) => record.timestampMs ?? DEFAULT_TIMESTAMP_MS);
  const base = timestamps[0] ?? DEFAULT_TIMESTAMP_MS;
  const written = Buffer.concat(records.map((record, index) => encodeRecord(record, index, base)));
  const checked = new ByteWriter()
    .int16(options.attributes ?? (options.gzip ? GZIP : 0))
    .int32(options.lastOffsetDelta ?? records.length - 1)
    .int64(base)
    .int64(timestamps.length > 0 ? Math.max(...timestamps) : base)
    .int64(options.producerId ?? -1)
    .int16(options.producerEpoch ?? -1)
    .int32(options.baseSequence ?? -1)
    .int32(options.recordCount ?? records.length)
    .raw(options.gzip ? gzipSync(written) : written)
    .toBuffer();
  return new ByteWriter()
    .int64(options.baseOffset ?? 0)
    .int32(options.batchLength ?? checked.length + 9)
    .int32(-1)
    .int8(options.magic ?? 2)
    .uint32(options.crc ?? CRC32C.buf(checked) >>> 0)
    .raw(checked)
    .toBuffer();
}

export interface StoredRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** The records of whole batches; what is left of a batch that was cut is ignored. @throws Error on a wrong CRC */
export function readRecords(buffer: Buffer): StoredRecord[] {
  const records: StoredRecord[] = [];
  const reader = new ByteReader(buffer);
  while (reader.remaining >= 12) {
    const baseOffset = reader.int64();
    const length = reader.int32();
    if (reader.remaining < length) break;
    records.push(...readBatch(baseOffset, reader.raw(length)));
  }
  return records;
}

function readBatch(baseOffset: number, bytes: Buffer): StoredRecord[] {
  const reader = new ByteReader(bytes);
  reader.int32();
  const magic = reader.int8();
  if (magic !== 2) throw new Error(`a batch of version ${magic}`);
  const crc = reader.uint32();
  if (crc !== CRC32C.buf(bytes.subarray(9)) >>> 0)
    throw new Error(`the batch at ${baseOffset} has a wrong CRC`);
  const attributes = reader.int16();
  reader.int32();
  const baseTimestampMs = reader.int64();
  const maxTimestampMs = reader.int64();
  reader.raw(8 + 2 + 4);
  const count = reader.int32();
  const rest = reader.raw(reader.remaining);
  const body = new ByteReader((attributes & 7) === GZIP ? gunzipSync(rest) : rest);
  const isLogAppendTime = (attributes & 8) !== 0;
  return Array.from({ length: count }, () => {
    const record = decodeRecord(body);
    return {
      offset: baseOffset + record.offsetDelta,
      timestampMs: isLogAppendTime ? maxTimestampMs : baseTimestampMs + record.timestampDelta,
      key: record.key,
      value: record.value,
    };
  });
}

function encodeRecord(record: RawRecord, index: number, baseTimestampMs: number): Buffer {
  const body = new ByteWriter()
    .int8(0)
    .varint((record.timestampMs ?? DEFAULT_TIMESTAMP_MS) - baseTimestampMs)
    .varint(index);
  for (const field of [record.key ?? null, record.value ?? null]) {
    if (field === null) body.varint(-1);
    else body.varint(Buffer.byteLength(field)).raw(Buffer.from(field));
  }
  const bytes = body.varint(0).toBuffer();
  return new ByteWriter().varint(bytes.length).raw(bytes).toBuffer();
}

function decodeRecord(reader: ByteReader) {
  reader.varint();
  reader.int8();
  const timestampDelta = reader.varint();
  const offsetDelta = reader.varint();
  const field = (): string | null => {
    const length = reader.varint();
    return length < 0 ? null : reader.raw(length).toString();
  };
  const [key, value] = [field(), field()];
  for (let left = reader.varint(); left > 0; left -= 1) {
    field();
    field();
  }
  return { timestampDelta, offsetDelta, key, value };
}
