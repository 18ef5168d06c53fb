import type pg from 'pg';
import { toDatabaseError } from './database-error.js';

/** How long rows of each width are kept. Longer than `dashboard.statistics_width` asks for them. */
const KEPT = [
  { widthS: 10, days: 2 },
  { widthS: 60, days: 31 },
  { widthS: 3600, days: 731 },
] as const;
const DEVICE_DELAYS_KEPT_DAYS = 31;

/** Deletes old statistics. Several processes may do it at a time. @returns How many rows. @throws DatabaseError */
export async function deleteOldStatistics(pool: pg.Pool): Promise<number> {
  try {
    let deleted = 0;
    for (const { widthS, days } of KEPT) {
      for (const table of ['pipeline_sample', 'delay_count']) {
        const { rowCount } = await pool.query(
          `DELETE FROM ${table} WHERE width_s = $1 AND time < now() - $2 * INTERVAL '1 day'`,
          [widthS, days],
        );
        deleted += rowCount ?? 0;
      }
    }
    const { rowCount } = await pool.query(
      "DELETE FROM device_delay WHERE time < now() - $1 * INTERVAL '1 day'",
      [DEVICE_DELAYS_KEPT_DAYS],
    );
    return deleted + (rowCount ?? 0);
  } catch (error) {
    throw toDatabaseError(error, 'deleting old statistics');
  }
}
