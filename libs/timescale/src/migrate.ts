import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { DatabaseError, toDatabaseError } from './database-error.js';
import { type Migration, readMigrations } from './migration-files.js';
import { ensureTimescale } from './timescale-extension.js';
import { waitForDatabase } from './wait-for-database.js';

export interface MigrateOptions {
  /** Ends waiting for a database that does not answer. */
  readonly signal?: AbortSignal;
  /** Other migrations than the project's. */
  readonly migrations?: readonly Migration[];
}

export interface MigrateResult {
  /** Of the schema, afterwards. */
  readonly version: number;
  /** How many files were run now. */
  readonly applied: number;
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
}

/**
 * Waits for the database, then brings its schema to this program's version: each file in a transaction of its own, one
 * process at a time. Running it again changes nothing. Every service calls it at its start.
 * @throws DatabaseError `schema-too-new` if a newer program has migrated the database; `migration-failed` if a file fails,
 * was edited after it had been applied, or TimescaleDB is missing or too old; `refused` and `aborted` as
 * `waitForDatabase`.
 */
export async function migrate(
  pool: pg.Pool,
  logger: Logger,
  options: MigrateOptions = {},
): Promise<MigrateResult> {
  const migrations = options.migrations ?? (await readMigrations());
  await waitForDatabase(pool, logger, options.signal ? { signal: options.signal } : {});
  const client = await pool.connect().catch((error: unknown) => {
    throw toDatabaseError(error, 'connecting to the database');
  });
  // A connection that dies while it is checked out emits 'error' as well as failing the query.
  const ignore = (): void => {};
  client.on('error', ignore);
  let failed = true;
  try {
    const result = await migrateAlone(client, logger, migrations);
    failed = false;
    return result;
  } catch (error) {
    throw toDatabaseError(error, 'migrating the database');
  } finally {
    client.off('error', ignore);
    // A connection that is destroyed gives its lock back.
    client.release(failed);
  }
}

async function migrateAlone(
  client: pg.PoolClient,
  logger: Logger,
  migrations: readonly Migration[],
): Promise<MigrateResult> {
  await client.query(`SELECT pg_advisory_lock(${ADVISORY_LOCKS.migration})`);
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migration (
    version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const { rows } = await client.query<Applied>(
    'SELECT version, name, checksum FROM schema_migration ORDER BY version',
  );
  checkApplied(rows, migrations);
  const pending = migrations.slice(rows.length);
  if (pending.length > 0) await ensureTimescale(client);
  for (const migration of pending) {
    await apply(client, migration);
    logger.info({ version: migration.version, name: migration.name }, 'migration applied');
  }
  await client.query(`SELECT pg_advisory_unlock(${ADVISORY_LOCKS.migration})`);
  return { version: migrations.length, applied: pending.length };
}

function checkApplied(applied: readonly Applied[], migrations: readonly Migration[]): void {
  const newest = applied.at(-1)?.version ?? 0;
  if (newest > migrations.length) {
    throw new DatabaseError(
      'schema-too-new',
      `the database's schema is at version ${newest}, this program knows versions up to ${migrations.length}: ` +
        'a newer Fieldstream has migrated it. Start that version, or restore a backup from before the upgrade',
    );
  }
  for (const [index, row] of applied.entries()) {
    const ours = migrations[index];
    if (row.version !== index + 1 || !ours) {
      throw new DatabaseError('migration-failed', `schema_migration has no row for version ${index + 1}`);
    }
    if (row.checksum !== ours.checksum) {
      throw new DatabaseError(
        'migration-failed',
        `migration ${row.name} was applied to this database with other contents than ${ours.name} has now: ` +
          'an applied migration must not be edited. Restore the file, and put the change into a new migration',
      );
    }
  }
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(migration.sql);
    await client.query('INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.checksum,
    ]);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => {});
    const error = toDatabaseError(cause, `migration ${migration.name}`);
    throw error.retriable ? error : new DatabaseError('migration-failed', error.message, { cause });
  }
}
