import type { Queryable } from '../queryable.js';
import { selectRows } from './select-rows.js';

/** What one source of a stage took in, and what became of it: the counters of the `pipeline_ledger` view by name. */
export interface LedgerEntry {
  /** `bridge`, or the name of a consumer. */
  readonly stage: string;
  /** A bridge process, or `topic/partition`. */
  readonly source: string;
  readonly counters: Readonly<Record<string, number>>;
  readonly updatedAt: Date;
  /** Where a consumer stands; null for a bridge. */
  readonly position: ConsumerPosition | null;
}

export interface ConsumerPosition {
  /** Logical name, without the configured prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly nextOffset: number;
}

interface LedgerRow {
  stage: string;
  source: string;
  counters: Record<string, number>;
  updated_at: Date;
  topic: string | null;
  partition: number;
  start_offset: string;
  next_offset: string;
}

/** The pipeline's ledger. */
export class LedgerReader {
  constructor(private readonly db: Queryable) {}

  /**
   * All entries at one moment, at most `limit` of a stage, newest first. One statement, so that every entry's
   * counters and position belong together. @throws DatabaseError
   */
  async read(limit: number): Promise<LedgerEntry[]> {
    const rows = await selectRows<LedgerRow>(
      this.db,
      'reading the ledger',
      `SELECT l.stage, l.source, l.counters, l.updated_at, o.topic, o.partition, o.start_offset, o.next_offset
       FROM (SELECT stage, source, jsonb_object_agg(counter, value) AS counters, max(updated_at) AS updated_at,
                    row_number() OVER (PARTITION BY stage ORDER BY max(updated_at) DESC, source) AS rank
             FROM pipeline_ledger GROUP BY stage, source) l
       LEFT JOIN consumer_offset o ON o.consumer = l.stage AND o.topic || '/' || o.partition = l.source
       WHERE l.rank <= $1
       ORDER BY l.stage, o.topic, o.partition, l.updated_at DESC, l.source`,
      [limit],
    );
    return rows.map((row) => ({
      stage: row.stage,
      source: row.source,
      counters: row.counters,
      updatedAt: row.updated_at,
      position:
        row.topic === null
          ? null
          : {
              topic: row.topic,
              partition: row.partition,
              startOffset: Number(row.start_offset),
              nextOffset: Number(row.next_offset),
            },
    }));
  }
}
