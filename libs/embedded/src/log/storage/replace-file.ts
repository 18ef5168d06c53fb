import { basename, dirname, join } from 'node:path';
import { type FileSystem } from './file-system.js';

/** Names that begin so are unfinished or given up; whoever opens the folder removes them. No topic name can begin so. */
export const LEFTOVER_PREFIX = '~';

/** Puts `bytes` in place of the file, durably: after a crash it is the old or the new one, whole. */
export async function replaceFile(files: FileSystem, path: string, bytes: Buffer): Promise<void> {
  const directory = dirname(path);
  const unfinished = join(directory, LEFTOVER_PREFIX + basename(path));
  const file = await files.open(unfinished, 'create');
  try {
    await file.write([bytes], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(unfinished, path);
  await files.syncDirectory(directory);
}
