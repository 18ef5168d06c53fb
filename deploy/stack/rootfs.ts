import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cachedDir } from './cache.js';
import { runCommand } from './command.js';
import { step, type Progress } from './progress.js';
import { StackError } from './stack-error.js';
import { requireProgram } from './tools.js';

const RELEASE = 'trixie';
const PACKAGE = 'postgresql-17-timescaledb';

/**
 * A small Debian system that holds PostgreSQL and TimescaleDB, so that neither has to be installed on the machine,
 * whatever Debian release that is. Made once. Needs root.
 */
export async function timescaleRootfs(cacheDir: string, progress: Progress): Promise<string> {
  if (process.getuid?.() !== 0) {
    throw new StackError(
      'UNSUPPORTED',
      'PostgreSQL is run in a Debian system of its own, which takes root to make and to enter. As another user, ' +
        'install PostgreSQL with TimescaleDB and name the folder of its programs with --postgres-bin, ' +
        'as in --postgres-bin /usr/lib/postgresql/17/bin',
    );
  }
  return cachedDir(cacheDir, `${RELEASE}-${PACKAGE}-${process.arch}`, async (dir) => {
    await requireProgram(progress, 'mmdebstrap', ['mmdebstrap', 'debian-archive-keyring']);
    await step(progress, `PostgreSQL: making a Debian system with ${PACKAGE}`, async () => {
      await runCommand({
        file: 'mmdebstrap',
        args: ['--quiet', '--variant=essential', `--include=${PACKAGE}`, RELEASE, dir],
      });
    });
  });
}

/** Where the PostgreSQL programs are inside such a system. */
export function rootfsBinDir(rootfs: string): string {
  const version = readdirSync(join(rootfs, 'usr/lib/postgresql'))[0];
  if (version === undefined) throw new StackError('COMMAND_FAILED', `There is no PostgreSQL in ${rootfs}`);
  return `/usr/lib/postgresql/${version}/bin`;
}
