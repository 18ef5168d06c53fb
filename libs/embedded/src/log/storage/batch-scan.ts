import { type OpenFile } from './file-system.js';
import {
  batchBytes,
  hasValidCrc,
  HEADER_BYTES,
  headerProblem,
  lastOffsetOf,
  magicOf,
  readHeader,
  type BatchHeader,
  type Expectation,
} from './record-batch.js';

const CHUNK_BYTES = 1024 * 1024;
const SEARCH_BYTES = 4 * 1024 * 1024;

/** What lies at `position`: whole batches, each as expected, or one that is not. */
export type Stretch =
  | { readonly kind: 'batches'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'damage'; readonly position: number; readonly reason: string };

/** Part of a log file, in bytes. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads and verifies the batches of a range, which begins with one. Ends at the end of the range, or with the first
 * damage. Moves `expected.nextOffset` along.
 */
export async function* stretches(
  file: OpenFile,
  range: Range,
  expected: Expectation,
): AsyncGenerator<Stretch> {
  let position = range.from;
  let wanted = CHUNK_BYTES;
  while (position < range.to) {
    const bytes = Buffer.allocUnsafeSlow(Math.min(wanted, range.to - position));
    const there = await file.read(bytes, position);
    const walked = walk(bytes.subarray(0, there), range.to - position, expected);
    if (walked.end > 0) yield { kind: 'batches', position, bytes: bytes.subarray(0, walked.end) };
    position += walked.end;
    const isCut = there < bytes.length || (walked.end === 0 && there < HEADER_BYTES);
    const reason = walked.problem ?? (isCut && position < range.to ? 'it is cut short' : undefined);
    if (reason !== undefined) {
      yield { kind: 'damage', position, reason };
      return;
    }
    wanted = Math.max(CHUNK_BYTES, walked.needed);
  }
}

interface Walked {
  /** Where the whole batches end. */
  readonly end: number;
  /** Size of the batch that begins there, when it is longer than the bytes. */
  readonly needed: number;
  readonly problem: string | undefined;
}

function walk(bytes: Buffer, remaining: number, expected: Expectation): Walked {
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const size = batchBytes(bytes, at);
    const problem = headerProblem(bytes, at, remaining - at, expected);
    if (problem !== undefined) return { end: at, needed: 0, problem };
    if (at + size > bytes.length) return { end: at, needed: size, problem: undefined };
    if (!hasValidCrc(bytes, at, size)) return { end: at, needed: 0, problem: 'its checksum is wrong' };
    expected.nextOffset = lastOffsetOf(bytes, at) + 1;
    at += size;
  }
  return { end: at, needed: 0, problem: undefined };
}

export interface DamagedRange {
  readonly position: number;
  /** The offset that was due there. */
  readonly offset: number;
  readonly reason: string;
  /** The first sound batch behind it; undefined when there is none in the range. */
  readonly next: { readonly position: number; readonly header: BatchHeader } | undefined;
}

/** Like `stretches`, and goes on behind damage, which is told to `onDamage`. */
export async function* soundStretches(
  file: OpenFile,
  range: Range,
  expected: Expectation,
  onDamage: (damage: DamagedRange) => void,
): AsyncGenerator<{ readonly position: number; readonly bytes: Buffer }> {
  let from: number | undefined = range.from;
  while (from !== undefined) {
    const rest: Range = { from, to: range.to };
    from = undefined;
    for await (const stretch of stretches(file, rest, expected)) {
      if (stretch.kind === 'batches') {
        yield stretch;
        continue;
      }
      const { position, reason } = stretch;
      const offset = expected.nextOffset;
      const next = await findBatch(file, { from: position + 1, to: range.to }, expected);
      onDamage({ position, offset, reason, next });
      if (next) expected.nextOffset = next.header.baseOffset;
      from = next?.position;
    }
  }
}

/** The batches of a stretch, each with its place in the file. */
export function* batchesOf(stretch: {
  readonly position: number;
  readonly bytes: Buffer;
}): Generator<{ header: BatchHeader; position: number; bytes: Buffer }> {
  for (let at = 0; at < stretch.bytes.length;) {
    const header = readHeader(stretch.bytes, at);
    yield { header, position: stretch.position + at, bytes: stretch.bytes.subarray(at, at + header.bytes) };
    at += header.bytes;
  }
}

/**
 * The first sound batch of a range, wherever it begins: behind damage the length fields lead nowhere.
 * Its offsets are not below `expected.nextOffset`.
 */
export async function findBatch(
  file: OpenFile,
  range: Range,
  expected: Expectation,
): Promise<{ position: number; header: BatchHeader } | undefined> {
  const anywhere = { ...expected, contiguous: false };
  for (let from = range.from; from + HEADER_BYTES <= range.to;) {
    const window = Buffer.allocUnsafeSlow(Math.min(SEARCH_BYTES, range.to - from));
    const there = await file.read(window, from);
    const last = there - HEADER_BYTES;
    for (let at = 0; at <= last; at++) {
      // Nearly all bytes are told apart by this alone.
      if (magicOf(window, at) !== 2) continue;
      if (headerProblem(window, at, range.to - from - at, anywhere) !== undefined) continue;
      const header = readHeader(window, at);
      const batch = await bytesOf(file, window.subarray(0, there), at, from, header.bytes);
      if (batch && hasValidCrc(batch, 0, header.bytes)) return { position: from + at, header };
    }
    if (last < 0) return undefined;
    from += last + 1;
  }
  return undefined;
}

async function bytesOf(
  file: OpenFile,
  window: Buffer,
  at: number,
  windowFrom: number,
  size: number,
): Promise<Buffer | undefined> {
  if (at + size <= window.length) return window.subarray(at, at + size);
  const batch = Buffer.allocUnsafeSlow(size);
  return (await file.read(batch, windowFrom + at)) === size ? batch : undefined;
}
