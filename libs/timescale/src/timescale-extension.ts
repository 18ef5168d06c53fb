import pg from 'pg';
import { DatabaseError, toDatabaseError } from './database-error.js';
import type { Queryable } from './queryable.js';

/** `community` has compression, continuous aggregates and jobs; `apache` (Debian's package, Azure) has none of them. */
export type TimescaleEdition = 'community' | 'apache';

/** The release that brought `by_range`. */
const OLDEST = [2, 13] as const;

/** Which edition the server runs. @throws DatabaseError */
export async function editionOf(pool: Queryable): Promise<TimescaleEdition> {
  try {
    // The setting exists once the extension's library is loaded, which the first call of a function of it does.
    const { rows } = await pool.query<{ license: string }>(
      `SELECT CASE WHEN time_bucket('1 minute', now()) IS NOT NULL
              THEN current_setting('timescaledb.license') END AS license`,
    );
    return rows[0]?.license === 'timescale' ? 'community' : 'apache';
  } catch (error) {
    throw toDatabaseError(error, "reading TimescaleDB's edition");
  }
}

/**
 * Creates the extension if this database does not have it yet.
 * @throws DatabaseError `migration-failed` with the remedy if it cannot be created or is too old.
 */
export async function ensureTimescale(client: Queryable): Promise<void> {
  const { rows: available } = await client.query(
    "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'",
  );
  if (available.length === 0) {
    throw new DatabaseError(
      'migration-failed',
      'this PostgreSQL server does not have TimescaleDB. Install it (Debian: postgresql-17-timescaledb; ' +
        'container image: timescale/timescaledb) or point DATABASE_URL to a server that has it',
    );
  }
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS timescaledb');
  } catch (cause) {
    throw new DatabaseError('migration-failed', `TimescaleDB cannot be used: ${remedy(cause)}`, { cause });
  }
  const { rows } = await client.query<{ extversion: string }>(
    "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'",
  );
  const version = rows[0]?.extversion ?? '0';
  if (!isAtLeast(version, OLDEST)) {
    throw new DatabaseError(
      'migration-failed',
      `TimescaleDB ${version} is too old, ${OLDEST.join('.')} or newer is needed: upgrade it, then run ` +
        'ALTER EXTENSION timescaledb UPDATE',
    );
  }
}

/** Compares major and minor number. */
export function isAtLeast(version: string, oldest: readonly [major: number, minor: number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function remedy(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/must be preloaded|shared_preload_libraries/.test(message)) {
    return "set shared_preload_libraries = 'timescaledb' in postgresql.conf and restart the server";
  }
  if (cause instanceof pg.DatabaseError && cause.code === '42501') {
    return `${message}. Let an administrator run CREATE EXTENSION timescaledb in this database once`;
  }
  return message;
}
