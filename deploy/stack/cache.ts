import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.js';

/** Long enough for a download over a slow line. */
const BUILD_TIMEOUT_MS = 15 * 60_000;

/**
 * The folder `name` of the cache, made by `build` if it is not there. INVARIANT: a folder of that name is complete;
 * it is built under another one and then renamed.
 */
export async function cachedDir(
  cacheDir: string,
  name: string,
  build: (dir: string) => Promise<void>,
): Promise<string> {
  const target = join(cacheDir, name);
  if (existsSync(target)) return target;
  await withLock(`${target}.lock`, BUILD_TIMEOUT_MS, async () => {
    if (existsSync(target)) return;
    const partial = `${target}.partial`;
    rmSync(partial, { recursive: true, force: true });
    await build(partial);
    renameSync(partial, target);
  });
  return target;
}
