import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Migration {
  /** 1, 2, 3, … without a gap. */
  readonly version: number;
  /** File name. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 in hex, the same for either kind of line end. */
  readonly checksum: string;
}

const INSIDE_PROJECT = join('libs', 'timescale', 'migrations');

/**
 * The folder of the migrations, found by walking up from this module, so that it is the same one whether the program
 * runs from its sources or compiled, beside them.
 */
export function migrationsDirectory(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, INSIDE_PROJECT);
    if (existsSync(join(candidate, '0001_schema.sql'))) return candidate;
    if (directory === dirname(directory)) throw new Error(`${INSIDE_PROJECT} is in no folder above ${from}`);
  }
}

/** Reads `NNNN_name.sql`, in order. @throws Error for another file name, and for a gap in the numbers. */
export async function readMigrations(directory = migrationsDirectory()): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(/^(\d{4})_[a-z0-9_-]+\.sql$/.exec(name)?.[1]);
      if (version !== index + 1)
        throw new Error(`${name}: expected the name of migration ${String(index + 1).padStart(4, '0')}`);
      const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
      return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
