import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { DatabaseError, toDatabaseError } from './database-error.js';

export interface WaitForDatabaseOptions {
  readonly signal?: AbortSignal;
  /** First and greatest pause between two attempts. */
  readonly pauseMs?: { readonly first: number; readonly max: number };
}

const LOG_EVERY_MS = 60_000;

/**
 * Waits until the database answers, however long that takes, with one line in the log a minute.
 * @throws DatabaseError `refused` at once if it does not let this user in or does not exist, `aborted` when the signal is.
 */
export async function waitForDatabase(
  pool: pg.Pool,
  logger: Logger,
  options: WaitForDatabaseOptions = {},
): Promise<void> {
  const { signal, pauseMs = { first: 250, max: 5_000 } } = options;
  const startedMs = Date.now();
  let loggedMs = -Infinity;
  for (let waitMs = pauseMs.first; ; waitMs = Math.min(waitMs * 2, pauseMs.max)) {
    if (signal?.aborted) throw new DatabaseError('aborted', 'waiting for the database was aborted');
    try {
      await pool.query('SELECT 1');
      if (loggedMs > 0) logger.info({ waitedMs: Date.now() - startedMs }, 'the database answers');
      return;
    } catch (cause) {
      const error = toDatabaseError(cause, 'connecting to the database');
      if (!error.retriable) throw withRemedy(error);
      if (Date.now() - loggedMs >= LOG_EVERY_MS) {
        logger.warn({ err: error, waitedMs: Date.now() - startedMs }, 'waiting for the database');
        loggedMs = Date.now();
      }
    }
    await pause(waitMs, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

function withRemedy(error: DatabaseError): DatabaseError {
  if (error.code !== 'refused') return error;
  return new DatabaseError(
    'refused',
    `${error.message}. Check user, password and database name in DATABASE_URL`,
    {
      cause: error.cause,
    },
  );
}
