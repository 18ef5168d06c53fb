import type pg from 'pg';
import { toDatabaseError } from '../database-error.js';
import type { Queryable } from '../queryable.js';

/** Runs one statement and returns its rows. @throws DatabaseError */
export async function selectRows<R extends pg.QueryResultRow>(
  db: Queryable,
  doing: string,
  sql: string,
  values: readonly unknown[],
): Promise<R[]> {
  try {
    return (await db.query<R>(sql, [...values])).rows;
  } catch (error) {
    throw toDatabaseError(error, doing);
  }
}
