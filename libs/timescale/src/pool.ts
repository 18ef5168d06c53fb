import pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { DatabaseError, toDatabaseError } from './database-error.js';

export interface PoolOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  readonly maxConnections: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly connectTimeoutMs?: number;
  /** The server ends a statement that takes longer; unset: it takes as long as it takes. */
  readonly statementTimeoutMs?: number;
  readonly logger: Logger;
}

/** A pool of ordinary connections; it never connects by itself, so making one cannot fail. */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    ...(options.statementTimeoutMs === undefined ? {} : { statement_timeout: options.statementTimeoutMs }),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // An idle connection that the server closes must not end the process; the next query opens another.
  pool.on('error', (error) => options.logger.warn({ err: error }, 'idle database connection lost'));
  return pool;
}

/**
 * Runs `work` in one transaction on one connection: commits when it resolves, rolls back when it throws.
 * @throws DatabaseError for faults of the database; whatever else `work` throws passes unchanged.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  doing: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw toDatabaseError(error, doing);
  }
  // A connection that dies while it is checked out emits 'error' as well as failing the query.
  const ignore = (): void => {};
  client.on('error', ignore);
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    // COMMIT after a failed statement rolls back, and only its tag says so.
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT')
      throw new DatabaseError('query-failed', `${doing}: rolled back by the database`);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw isDatabaseFault(error) ? toDatabaseError(error, doing) : error;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

function isDatabaseFault(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return true;
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code;
  return (
    (typeof code === 'string' && /^E[A-Z]+$/.test(code)) ||
    /Connection terminated|Client has encountered|not queryable/.test(error.message)
  );
}
