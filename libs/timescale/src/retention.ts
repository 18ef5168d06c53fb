import type pg from 'pg';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { inTransaction } from './pool.js';

export interface RetentionResult {
  readonly droppedChunks: number;
  /** Text states that had been superseded before the cut. */
  readonly deletedStates: number;
}

/**
 * Drops raw readings older than `days` (whole chunks only, so up to a day more is kept), and text states that another one
 * had followed by then: the state that held at the cut stays. Rollups stay. Works on both editions.
 * @returns Undefined if another process is doing it at this moment.
 * @throws DatabaseError
 */
export async function dropOldReadings(pool: pg.Pool, days: number): Promise<RetentionResult | undefined> {
  return inTransaction(pool, 'dropping old readings', async (client) => {
    const { rows } = await client.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.retention}) AS locked`,
    );
    if (!rows[0]?.locked) return undefined;
    const { rowCount: droppedChunks } = await client.query(
      "SELECT drop_chunks('reading', older_than => now() - $1 * INTERVAL '1 day')",
      [days],
    );
    const { rowCount: deletedStates } = await client.query(
      `DELETE FROM reading_text t WHERE t.time < now() - $1 * INTERVAL '1 day' AND EXISTS (
         SELECT FROM reading_text n
         WHERE n.series_id = t.series_id AND n.time > t.time AND n.time <= now() - $1 * INTERVAL '1 day')`,
      [days],
    );
    return { droppedChunks: droppedChunks ?? 0, deletedStates: deletedStates ?? 0 };
  });
}
