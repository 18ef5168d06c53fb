import CRC32C from 'crc-32/crc32c.js';

/** Bytes of a version 2 record batch before its records: https://kafka.apache.org/documentation/#recordbatch */
export const HEADER_BYTES = 61;
/** Bytes that `length` does not count: the base offset and itself. */
const BEFORE_LENGTH_END = 12;
const MAGIC = 2;

const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;
const COUNT_AT = 57;

const APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;

const TWO_32 = 2 ** 32;

/** The lowest three attribute bits. */
export const CODEC = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

/** The header of one batch. 64-bit fields beyond ±2^53 lose precision; `appendable` refuses them. */
export interface BatchHeader {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** Of the whole batch, header included. */
  readonly bytes: number;
  readonly codec: number;
  readonly isAppendTime: boolean;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  /** -1: not from an idempotent producer. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly count: number;
}

/** Reads a header of which `HEADER_BYTES` are there; checks nothing. */
export function readHeader(bytes: Buffer, at = 0): BatchHeader {
  const baseOffset = readInt64(bytes, at);
  const attributes = bytes.readInt16BE(at + ATTRIBUTES_AT);
  return {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT),
    bytes: batchBytes(bytes, at),
    codec: attributes & 0x07,
    isAppendTime: (attributes & APPEND_TIME_BIT) !== 0,
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    baseTimestampMs: readInt64(bytes, at + BASE_TIMESTAMP_AT),
    maxTimestampMs: readInt64(bytes, at + MAX_TIMESTAMP_AT),
    producerId: readInt64(bytes, at + PRODUCER_ID_AT),
    producerEpoch: bytes.readInt16BE(at + PRODUCER_EPOCH_AT),
    baseSequence: bytes.readInt32BE(at + BASE_SEQUENCE_AT),
    count: bytes.readInt32BE(at + COUNT_AT),
  };
}

/** Size of the batch that begins at `at`, as its length field tells it. */
export function batchBytes(bytes: Buffer, at: number): number {
  return BEFORE_LENGTH_END + bytes.readInt32BE(at + LENGTH_AT);
}

export function lastOffsetOf(bytes: Buffer, at: number): number {
  return readInt64(bytes, at) + bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT);
}

export function magicOf(bytes: Buffer, at: number): number {
  return bytes.readInt8(at + MAGIC_AT);
}

/** Whether the checksum fits what it covers: everything after itself. The batch must be there as a whole. */
export function hasValidCrc(bytes: Buffer, at: number, size: number): boolean {
  const covered = bytes.subarray(at + ATTRIBUTES_AT, at + size);
  return CRC32C.buf(covered) >>> 0 === bytes.readUInt32BE(at + CRC_AT);
}

/** Gives the batch its place in the log. The checksum does not cover what this writes. */
export function assignOffset(bytes: Buffer, at: number, baseOffset: number): void {
  writeInt64(bytes, at, baseOffset);
  bytes.writeInt32BE(0, at + LEADER_EPOCH_AT);
}

/** Makes `timeMs` the time of each record of the batch, and renews the checksum. */
export function stampAppendTime(bytes: Buffer, at: number, size: number, timeMs: number): void {
  bytes.writeInt16BE(bytes.readInt16BE(at + ATTRIBUTES_AT) | APPEND_TIME_BIT, at + ATTRIBUTES_AT);
  writeInt64(bytes, at + MAX_TIMESTAMP_AT, timeMs);
  renewCrc(bytes, at, size);
}

/** A batch with the place, producer and times of `original` and other records in it. */
export function withPayload(
  original: Buffer,
  payload: Buffer,
  count: number,
  maxTimestampMs: number,
): Buffer {
  const bytes = Buffer.concat([original.subarray(0, HEADER_BYTES), payload]);
  bytes.writeInt32BE(bytes.length - BEFORE_LENGTH_END, LENGTH_AT);
  bytes.writeInt32BE(count, COUNT_AT);
  writeInt64(bytes, MAX_TIMESTAMP_AT, maxTimestampMs);
  renewCrc(bytes, 0, bytes.length);
  return bytes;
}

function renewCrc(bytes: Buffer, at: number, size: number): void {
  bytes.writeUInt32BE(CRC32C.buf(bytes.subarray(at + ATTRIBUTES_AT, at + size)) >>> 0, at + CRC_AT);
}

/** What must hold for a stored batch beside its own checksum, which covers neither its place nor its length. */
export interface Expectation {
  /** The lowest base offset it may have; the only one when `contiguous`. */
  nextOffset: number;
  readonly contiguous: boolean;
  /** Its offsets are lower than this. */
  readonly belowOffset: number;
}

/** What is wrong with the header of a stored batch of which `remaining` bytes are left in the file; undefined: nothing. */
export function headerProblem(
  bytes: Buffer,
  at: number,
  remaining: number,
  expected: Expectation,
): string | undefined {
  if (magicOf(bytes, at) !== MAGIC) return `its format byte is ${magicOf(bytes, at)} instead of ${MAGIC}`;
  const size = batchBytes(bytes, at);
  if (size < HEADER_BYTES) return `its length field says ${size} bytes, which is too few`;
  if (size > remaining) return `its length field says ${size} bytes, but only ${remaining} are left`;
  if (bytes.readInt32BE(at + LEADER_EPOCH_AT) !== 0) return 'its leader epoch is not 0';
  const delta = bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT);
  if (delta < 0) return `its last offset delta is ${delta}`;
  const base = readInt64(bytes, at);
  const { nextOffset, contiguous, belowOffset } = expected;
  if (contiguous ? base !== nextOffset : base < nextOffset)
    return `its base offset is ${base} where ${nextOffset} is due`;
  if (base + delta >= belowOffset) return `its offsets reach ${base + delta}, beyond ${belowOffset - 1}`;
  return undefined;
}

export function isSafeInt64(value: number): boolean {
  return Number.isSafeInteger(value);
}

function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4);
}

function writeInt64(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * TWO_32, at + 4);
}
