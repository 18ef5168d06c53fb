import { batchesOf, findBatch, soundStretches } from './batch-scan.js';
import { type OpenFile } from './file-system.js';
import {
  batchBytes,
  hasValidCrc,
  HEADER_BYTES,
  headerProblem,
  lastOffsetOf,
  readHeader,
  type Expectation,
} from './record-batch.js';
import { unpackRecords } from './records.js';
import { RecordsError } from './records-error.js';
import { type Segment } from './segment.js';
import { indexOf, readingLog } from './segment-files.js';
import { type StorageContext } from './storage-context.js';

const MIN_READ_BYTES = 16 * 1024;

/** A place in a segment's log file: the batch that begins there has no offset below `offset`. */
export interface ReadPoint {
  readonly offset: number;
  readonly position: number;
}

export interface ReadRequest {
  readonly fromOffset: number;
  readonly maxBytes: number;
  /** A place at or before `fromOffset`, when the caller knows one. */
  readonly start: ReadPoint | undefined;
}

export interface SegmentRead {
  readonly bytes: Buffer;
  /** Where the next read goes on. */
  readonly next: ReadPoint;
}

/**
 * Whole, verified batches from the one with `fromOffset`, or the next after it; undefined when the segment has none.
 * @throws EmbeddedError `corrupt` when `fromOffset` lies in damaged bytes.
 */
export async function readSegment(
  context: StorageContext,
  segment: Segment,
  request: ReadRequest,
): Promise<SegmentRead | undefined> {
  const index = await indexOf(context, segment);
  const start = request.start ?? index.byOffset(request.fromOffset);
  return readingLog(context, segment, (file) => readFrom(context, segment, file, start, request));
}

async function readFrom(
  context: StorageContext,
  segment: Segment,
  file: OpenFile,
  start: ReadPoint | undefined,
  request: ReadRequest,
): Promise<SegmentRead | undefined> {
  const limit = segment.bytes;
  const expected = expectationOf(segment, start?.offset);
  let position = start?.position ?? 0;
  let needed = 0;
  while (position < limit) {
    const skipBytes = expected.nextOffset < request.fromOffset ? context.limits.indexIntervalBytes : 0;
    const wanted = Math.max(request.maxBytes, needed, MIN_READ_BYTES) + skipBytes;
    const bytes = Buffer.allocUnsafeSlow(Math.min(wanted, limit - position));
    const there = await file.read(bytes, position);
    const selected = select(bytes.subarray(0, there), limit - position, expected, request);
    if (selected.end > selected.start) {
      const next = { offset: expected.nextOffset, position: position + selected.end };
      return { bytes: bytes.subarray(selected.start, selected.end), next };
    }
    position += selected.start;
    needed = selected.needed;
    const isCut = there < bytes.length || limit - position < HEADER_BYTES;
    const reason = selected.problem ?? (isCut && position < limit ? 'it is cut short' : undefined);
    if (reason === undefined) continue;
    const next = await findBatch(file, { from: position + 1, to: limit }, expected);
    if (!next || next.header.baseOffset > request.fromOffset) {
      throw context.damage.report({
        path: segment.logPath,
        position,
        offset: expected.nextOffset,
        reason,
        nextOffset: next?.header.baseOffset,
      });
    }
    position = next.position;
    expected.nextOffset = next.header.baseOffset;
  }
  return undefined;
}

function expectationOf(segment: Segment, nextOffset: number | undefined): Expectation {
  return {
    nextOffset: nextOffset ?? segment.baseOffset,
    contiguous: segment.contiguous,
    belowOffset: segment.lastOffset + 1,
  };
}

interface Selected {
  /** The batch with the offset, or the end of those before it. */
  readonly start: number;
  /** Where the batches to be answered end; `start`: there are none. */
  readonly end: number;
  /** Size of the batch at `end`, when it is longer than the bytes. */
  readonly needed: number;
  /** What is wrong with the batch at `start`. */
  readonly problem: string | undefined;
}

function select(bytes: Buffer, remaining: number, expected: Expectation, request: ReadRequest): Selected {
  let start = 0;
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    // Those that are passed over are verified too: a wrong length would lead past sound batches.
    const problem = batchProblem(bytes, at, remaining, expected);
    if (problem !== undefined) return { start, end: at, needed: 0, problem };
    const size = batchBytes(bytes, at);
    const isTooMuch = at > start && at + size - start > request.maxBytes;
    if (isTooMuch || at + size > bytes.length) return { start, end: at, needed: size, problem: undefined };
    expected.nextOffset = lastOffsetOf(bytes, at) + 1;
    at += size;
    if (expected.nextOffset <= request.fromOffset) start = at;
  }
  return { start, end: at, needed: 0, problem: undefined };
}

function batchProblem(
  bytes: Buffer,
  at: number,
  remaining: number,
  expected: Expectation,
): string | undefined {
  const problem = headerProblem(bytes, at, remaining - at, expected);
  if (problem !== undefined) return problem;
  const size = batchBytes(bytes, at);
  const isWhole = at + size <= bytes.length;
  return isWhole && !hasValidCrc(bytes, at, size) ? 'its checksum is wrong' : undefined;
}

export interface TimedOffset {
  readonly offset: number;
  readonly timestampMs: number;
}

/** The first record of the segment, not below `startOffset`, that is not older than `timeMs`. Damage is passed over. */
export async function findTime(
  context: StorageContext,
  segment: Segment,
  timeMs: number,
  startOffset: number,
): Promise<TimedOffset | undefined> {
  if (segment.maxTimestampMs < timeMs) return undefined;
  const start = (await indexOf(context, segment)).byTime(timeMs);
  return readingLog(context, segment, async (file) => {
    const expected = expectationOf(segment, start?.offset);
    const range = { from: start?.position ?? 0, to: segment.bytes };
    for await (const stretch of soundStretches(file, range, expected, () => {})) {
      for (const { header, bytes } of batchesOf(stretch)) {
        if (header.maxTimestampMs < timeMs || header.lastOffset < startOffset) continue;
        const found = findTimeInBatch(bytes, timeMs, startOffset, context.limits.maxUnpackedBytes);
        if (found) return found;
      }
    }
    return undefined;
  });
}

function findTimeInBatch(
  batch: Buffer,
  timeMs: number,
  startOffset: number,
  maxUnpackedBytes: number,
): TimedOffset | undefined {
  try {
    const unpacked = unpackRecords(batch, maxUnpackedBytes);
    if (unpacked) {
      const isMeant = (record: TimedOffset): boolean =>
        record.timestampMs >= timeMs && record.offset >= startOffset;
      const found = unpacked.records.find(isMeant);
      return found && { offset: found.offset, timestampMs: found.timestampMs };
    }
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
  }
  const header = readHeader(batch);
  return { offset: Math.max(header.baseOffset, startOffset), timestampMs: header.maxTimestampMs };
}
