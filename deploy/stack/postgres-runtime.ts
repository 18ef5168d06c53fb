import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './command.js';
import { StackError } from './stack-error.js';
import type { PostgresState } from './state.js';

/** Runs PostgreSQL programs as a user that PostgreSQL accepts, which root is not. */
export interface PostgresRuntime {
  /** Who owns the data; null when that is the user who runs the stack. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** The folder of the database, as its programs see it. */
  readonly home: string;
  command(program: string, args: readonly string[]): Command;
}

const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' };

/** Where the folder of the database appears inside the Debian system. */
const MOUNT_POINT = '/var/lib/fieldstream';

/**
 * Enters the Debian system ($1) with the database's folder ($2) mounted at $3. The mounts are seen by this process and
 * its children only, and so vanish with the server however it ends. Each step is an exec: the process ID stays.
 */
const ENTER_ROOTFS = `
set -e
mkdir -p "$1$3"
mount --bind "$2" "$1$3"
mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
root=$1
shift 3
exec chroot --userspec=postgres:postgres "$root" "$@"
`;

/** The way to run PostgreSQL that `state` tells, for the database in the folder `home`. */
export function postgresRuntime(state: PostgresState, home: string): PostgresRuntime {
  const { rootfs, binDir } = state;
  if (rootfs !== null) {
    return {
      owner: userNamed('postgres', join(rootfs, 'etc/passwd')),
      home: MOUNT_POINT,
      command: (program, args) => ({
        file: 'unshare',
        // prettier-ignore
        args: [
          '--mount', '--propagation', 'private', '--',
          'sh', '-c', ENTER_ROOTFS, 'sh', rootfs, home, MOUNT_POINT,
          `${binDir}/${program}`, ...args,
        ],
        env: ENVIRONMENT,
        cwd: '/',
      }),
    };
  }
  if (process.getuid?.() !== 0) {
    return {
      owner: null,
      home,
      command: (program, args) => ({ file: `${binDir}/${program}`, args, env: ENVIRONMENT, cwd: '/' }),
    };
  }
  const owner = userNamed('postgres', '/etc/passwd');
  return {
    owner,
    home,
    command: (program, args) => ({
      file: 'setpriv',
      // prettier-ignore
      args: [
        `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--',
        `${binDir}/${program}`, ...args,
      ],
      env: ENVIRONMENT,
      cwd: '/',
    }),
  };
}

function userNamed(name: string, passwdFile: string): { uid: number; gid: number } {
  for (const line of readFileSync(passwdFile, 'utf8').split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new StackError('MISSING_TOOL', `There is no user "${name}" in ${passwdFile}`);
}
