import { join } from 'node:path';
import { type FileSystem } from './file-system.js';
import { LEFTOVER_PREFIX, replaceFile } from './replace-file.js';
import { indexFileName, logFileName } from './segment.js';

/** One rewritten segment takes the place of one or more neighbours; it has the base offset of the first. */
export interface SegmentSwap {
  readonly target: number;
  /** Base offsets of the others. */
  readonly replaced: readonly number[];
}

const FILE_NAME = 'swap.json';

/** Where the rewritten log waits until the swap is decided. */
export function rewrittenPath(directory: string, target: number): string {
  return join(directory, LEFTOVER_PREFIX + logFileName(target));
}

/** From here on the swap takes place, whatever happens: if not now, when the partition is next opened. */
export async function decideSwap(files: FileSystem, directory: string, swap: SegmentSwap): Promise<void> {
  await replaceFile(files, join(directory, FILE_NAME), Buffer.from(JSON.stringify(swap)));
}

/** Moves the rewritten log to its place, unless that is done. */
export async function moveIn(files: FileSystem, directory: string, target: number): Promise<void> {
  const rewritten = rewrittenPath(directory, target);
  const entries = await files.list(directory);
  if (!entries.some((entry) => join(directory, entry.name) === rewritten)) return;
  await files.rename(rewritten, join(directory, logFileName(target)));
}

/** Removes what the rewritten log stands for; may be repeated. */
export async function removeReplaced(files: FileSystem, directory: string, swap: SegmentSwap): Promise<void> {
  await files.syncDirectory(directory);
  await files.remove(join(directory, indexFileName(swap.target)));
  for (const base of swap.replaced) {
    await files.remove(join(directory, logFileName(base)));
    await files.remove(join(directory, indexFileName(base)));
  }
  await files.syncDirectory(directory);
}

/** To be called when nothing on the disk describes the segments as they were before. */
export async function concludeSwap(files: FileSystem, directory: string): Promise<void> {
  await files.remove(join(directory, FILE_NAME));
}

/** The swap that was decided and not concluded. */
export async function readSwap(files: FileSystem, directory: string): Promise<SegmentSwap | undefined> {
  const bytes = await files.readFile(join(directory, FILE_NAME));
  return bytes && (JSON.parse(bytes.toString()) as SegmentSwap);
}
