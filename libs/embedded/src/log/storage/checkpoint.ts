import { join } from 'node:path';
import CRC32C from 'crc-32/crc32c.js';
import { type FileSystem } from './file-system.js';
import { type ProducerEntry } from './producer-table.js';
import { replaceFile } from './replace-file.js';
import { type SegmentSummary } from './segment.js';

/** What was true of a partition at one moment; opening goes on from here. All of it was durable then. */
export interface Checkpoint {
  readonly startOffset: number;
  readonly endOffset: number;
  /** Offsets below this were compacted. */
  readonly cleanedTo: number;
  /** Oldest first; the last is the one that is written to. */
  readonly segments: readonly SegmentSummary[];
  readonly producers: readonly (readonly [number, ProducerEntry])[];
}

const FILE_NAME = 'checkpoint';
const FORMAT = 1;

export async function writeCheckpoint(
  files: FileSystem,
  directory: string,
  checkpoint: Checkpoint,
): Promise<void> {
  const body = Buffer.from(JSON.stringify({ format: FORMAT, ...checkpoint }));
  const line = Buffer.from(`${checksum(body)}\n`);
  await replaceFile(files, join(directory, FILE_NAME), Buffer.concat([line, body]));
}

/** Undefined when there is none, or none that can be trusted: then the log is read from its start. */
export async function readCheckpoint(
  files: FileSystem,
  directory: string,
): Promise<{ exists: boolean; checkpoint: Checkpoint | undefined }> {
  const bytes = await files.readFile(join(directory, FILE_NAME));
  return { exists: bytes !== undefined, checkpoint: bytes && decode(bytes) };
}

function decode(bytes: Buffer): Checkpoint | undefined {
  const lineEnd = bytes.indexOf('\n');
  const body = bytes.subarray(lineEnd + 1);
  if (lineEnd < 0 || bytes.toString('latin1', 0, lineEnd) !== checksum(body)) return undefined;
  const parsed = JSON.parse(body.toString()) as Checkpoint & { readonly format: number };
  return parsed.format === FORMAT ? parsed : undefined;
}

function checksum(body: Buffer): string {
  return (CRC32C.buf(body) >>> 0).toString(16).padStart(8, '0');
}
