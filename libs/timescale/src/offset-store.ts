import type pg from 'pg';
import { toDatabaseError } from './database-error.js';

/** Where a consumer's positions are read on assignment; they are moved by `advanceOffsets`, with the data. */
export interface DatabaseOffsetStore {
  /** Stored next offset of each partition that has one. Topic names are logical. @throws DatabaseError */
  load(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>>;
}

/** @param consumer Name of the consumer group, topic prefix included: `fieldstream-aggregator`, `fieldstream-alerter`. */
export function createOffsetStore(pool: pg.Pool, consumer: string): DatabaseOffsetStore {
  return {
    async load(topic, partitions) {
      try {
        const { rows } = await pool.query<{ partition: number; next_offset: string }>(
          `SELECT partition, next_offset FROM consumer_offset
           WHERE consumer = $1 AND topic = $2 AND partition = ANY ($3::int[])`,
          [consumer, topic, partitions],
        );
        return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
      } catch (error) {
        throw toDatabaseError(error, 'reading stored offsets');
      }
    },
  };
}
