import CRC32C from 'crc-32/crc32c.js';
import { type JournalEntry } from '../groups/journal.js';
import { EmbeddedError } from '../../embedded-error.js';

/** https://kafka.apache.org/documentation/#recordbatch, as far as records without headers and compression need it. */
const HEADER_BYTES = 61;
const BEFORE_LENGTH_END = 12;
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_AT = 43;
const COUNT_AT = 57;
const NULL_LENGTH = -1;

/** One record batch with an entry a record. */
export function encodeJournalBatch(entries: readonly JournalEntry[], nowMs: number): Buffer {
  const records = entries.map(({ key, value }, i) => encodeRecord(i, key, value));
  const batch = Buffer.concat([Buffer.alloc(HEADER_BYTES), ...records]);
  batch.writeInt32BE(batch.length - BEFORE_LENGTH_END, LENGTH_AT);
  batch.writeInt8(2, MAGIC_AT);
  batch.writeInt32BE(entries.length - 1, LAST_OFFSET_DELTA_AT);
  batch.writeBigInt64BE(BigInt(nowMs), BASE_TIMESTAMP_AT);
  batch.writeBigInt64BE(BigInt(nowMs), MAX_TIMESTAMP_AT);
  // Producer ID, epoch and sequence: none.
  batch.fill(0xff, PRODUCER_AT, COUNT_AT);
  batch.writeInt32BE(entries.length, COUNT_AT);
  batch.writeUInt32BE(CRC32C.buf(batch.subarray(ATTRIBUTES_AT)) >>> 0, CRC_AT);
  return batch;
}

/** The entries of whole record batches that lie one after the other, and the offset after the last of them. */
export function decodeJournalBatches(batches: Buffer): { entries: JournalEntry[]; nextOffset: number } {
  const entries: JournalEntry[] = [];
  let nextOffset = 0;
  for (let at = 0; at < batches.length;) {
    const end = at + BEFORE_LENGTH_END + batches.readInt32BE(at + LENGTH_AT);
    const lastDelta = batches.readInt32BE(at + LAST_OFFSET_DELTA_AT);
    nextOffset = Number(batches.readBigInt64BE(at)) + lastDelta + 1;
    if ((batches.readInt16BE(at + ATTRIBUTES_AT) & 0x07) !== 0) {
      throw new EmbeddedError(
        'wrong-format',
        'the committed offsets are stored compressed, which this version cannot read',
      );
    }
    const cursor = new Cursor(batches, at + HEADER_BYTES);
    for (let left = batches.readInt32BE(at + COUNT_AT); left > 0; left--) entries.push(readRecord(cursor));
    at = end;
  }
  return { entries, nextOffset };
}

function encodeRecord(offsetDelta: number, key: Buffer, value: Buffer | null): Buffer {
  const attributesAndTimestampDelta = Buffer.from([0, 0]);
  const body = Buffer.concat([
    attributesAndTimestampDelta,
    varint(offsetDelta),
    varint(key.length),
    key,
    varint(value?.length ?? NULL_LENGTH),
    value ?? Buffer.alloc(0),
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function readRecord(cursor: Cursor): JournalEntry {
  const end = cursor.varint() + cursor.at;
  cursor.at += 1;
  cursor.varint();
  cursor.varint();
  const key = cursor.bytes() ?? Buffer.alloc(0);
  const value = cursor.bytes();
  cursor.at = end;
  return { key, value };
}

/** Zigzag, of at most 32 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

class Cursor {
  constructor(
    private readonly buffer: Buffer,
    public at: number,
  ) {}

  /** Of up to 64 bits, since compaction may rewrite timestamps; what is used of them fits a number. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.buffer.readUInt8(this.at++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const from = this.at;
    this.at += length;
    return this.buffer.subarray(from, this.at);
  }
}
