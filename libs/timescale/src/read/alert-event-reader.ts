import type { AlertRecord } from '@fieldstream/wire';
import type { Queryable } from '../queryable.js';
import { selectRows } from './select-rows.js';

/** Sequences are given out before they are visible: one that is this much lower may still come after. */
const MAX_OVERTAKEN = 10_000;

/** What the stream of alerts has carried, as the database knows it. */
export class AlertEventReader {
  constructor(private readonly db: Queryable) {}

  /** Sequence of the newest event; 0 where there never was one. @throws DatabaseError */
  async newestSequence(): Promise<number> {
    const sql = 'SELECT coalesce(max(sequence), 0)::float8 AS sequence FROM alert_event';
    const [row] = await selectRows<{ sequence: number }>(this.db, 'reading the newest event', sql, []);
    return row?.sequence ?? 0;
  }

  /**
   * Events that somebody may have missed who has seen the one with this sequence, in order: every later one, and of
   * the earlier ones those that were not sent well before it, because sequences do not leave in order.
   * @returns `undefined` if there are more than `limit`, or some that are not kept any more.
   * @throws DatabaseError
   */
  async since(sequence: number, limit: number): Promise<readonly AlertRecord[] | undefined> {
    const rows = await selectRows<{ payload: AlertRecord | null }>(
      this.db,
      'reading alerts again',
      `SELECT n.payload
       FROM alert_event e LEFT JOIN notification n ON n.sequence = e.sequence AND n.channel = 'stream'
       WHERE e.sequence >= $1 - ${MAX_OVERTAKEN} AND e.sequence <> $1
         AND (e.sequence > $1 OR (n.payload IS NOT NULL AND n.failed_at IS NULL
           AND (n.delivered_at IS NULL OR n.delivered_at >=
             (SELECT s.delivered_at - INTERVAL '5 seconds' FROM notification s
              WHERE s.sequence = $1 AND s.channel = 'stream'))))
       ORDER BY e.sequence LIMIT $2`,
      [sequence, limit + 1],
    );
    if (rows.length > limit) return undefined;
    const records = rows.flatMap(({ payload }) => payload ?? []);
    return records.length === rows.length ? records : undefined;
  }
}
