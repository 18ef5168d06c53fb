import { expect } from '@jest/globals';
import {
  brokenOffsetIdentities,
  compareReadings,
  compareRollup,
  eventually,
  type PublishLedger,
} from '@fieldstream/testing';
import { endOffsets } from './kafka-log.js';
import type { Pipeline } from './pipeline.js';

/** Position that a consumer has stored for each partition of a logical topic. */
export async function storedOffsets(
  pipeline: Pipeline,
  consumer: string,
  topic: string,
): Promise<Map<number, bigint>> {
  const { rows } = await pipeline.sql.query<{ partition: number; next_offset: string }>(
    'SELECT partition, next_offset FROM consumer_offset WHERE consumer = $1 AND topic = $2',
    [pipeline.bed.topicPrefix + consumer, topic],
  );
  return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
}

/** Waits until a consumer has stored the end of every partition of a topic as it is at that moment. */
export async function consumed(
  pipeline: Pipeline,
  consumer: string,
  topic: string,
  timeoutMs = 120_000,
): Promise<void> {
  await eventually(
    async () => {
      const ends = await endOffsets(pipeline.bed, topic);
      const stored = await storedOffsets(pipeline, consumer, topic);
      for (const [partition, end] of ends) {
        const position = stored.get(partition) ?? 0n;
        if (position < end)
          throw new Error(`${consumer} is at ${position} of ${end} in ${topic}/${partition}`);
      }
    },
    { timeoutMs, everyMs: 200, what: `${consumer} consuming ${topic}` },
  );
}

/**
 * What must be true of the database after any history, once everything is consumed: every acked reading is one row with
 * its value, no row is double or was never sent, the rollup equals the raw data, and the ledger balances.
 */
export async function expectWhole(pipeline: Pipeline, ledger: PublishLedger): Promise<void> {
  await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.readings');
  const readings = await compareReadings(pipeline.sql, ledger.readings());
  expect(readings.missing).toEqual({ count: 0, examples: [] });
  expect(readings.unexpected).toEqual({ count: 0, examples: [] });
  await expectRollupEqualsRaw(pipeline);
  expect(await brokenOffsetIdentities(pipeline.sql)).toEqual([]);
  // The counters agree with the rows: what was counted as stored is there, once.
  const { rows } = await pipeline.sql.query<{ counted: string; stored: string; distinct: string }>(
    `SELECT (SELECT sum(stored) FROM consumer_offset WHERE topic = 'telemetry.readings' AND consumer LIKE '%aggregator') AS counted,
            count(*) AS stored, count(DISTINCT (series_id, time)) AS distinct FROM reading`,
  );
  expect(rows[0]?.stored).toBe(rows[0]?.distinct);
  expect(rows[0]?.counted).toBe(rows[0]?.stored);
}

/** In one snapshot, so it can be called while data comes in. */
export async function expectRollupEqualsRaw(pipeline: Pipeline): Promise<void> {
  const nothing = { count: 0, examples: [] };
  expect(await compareRollup(pipeline.sql)).toEqual({
    missing: nothing,
    unexpected: nothing,
    wrongSums: nothing,
  });
}
