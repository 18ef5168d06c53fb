import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually, Fleet } from '@fieldstream/testing';
import { expectRollupEqualsRaw, expectWhole } from '../support/expectations.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(180_000);

const { snapshots, rate } = SIZES.rollup;

describe('5. rollups equal the raw data', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline('rollup', ['aggregator', 'bridge']);
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  test('at every commit, with late, out-of-order and double data, in every snapshot taken while it comes in', async () => {
    const fleet = new Fleet({
      port: pipeline.mqttPort,
      connections: 40,
      rate,
      devicePrefix: 'rollup',
      disorder: { duplicateShare: 0.1, lateShare: 0.2, outOfOrderShare: 0.2 },
    });
    const rowCount = async (): Promise<number> =>
      Number((await pipeline.sql.query<{ count: string }>('SELECT count(*) FROM reading')).rows[0]?.count);
    try {
      await fleet.connect();
      fleet.start();
      let rows = 0;
      for (let snapshot = 0; snapshot < snapshots; snapshot++) {
        // Each snapshot is of another state than the one before, or it would prove nothing new.
        rows = await eventually(
          async () => {
            const now = await rowCount();
            return now > rows && now;
          },
          { what: `more than ${rows} rows`, everyMs: 10, timeoutMs: 30_000 },
        );
        await expectRollupEqualsRaw(pipeline);
      }
      await fleet.drain();
    } finally {
      await fleet.close();
    }
    await expectWhole(pipeline, fleet.ledger);
  });

  test('hours and days equal the raw data too', async () => {
    for (const [view, width] of [
      ['reading_1h', '1 hour'],
      ['reading_1d', '1 day'],
    ]) {
      const raw = `SELECT time_bucket('${width}', time) AS bucket, series_id, count(*), min(value), max(value),
                          first(value, time), last(value, time), min(time), max(time) FROM reading GROUP BY 1, 2`;
      const stored = `SELECT bucket, series_id, count, min, max, first, last, first_time, last_time FROM ${view}`;
      const { rows } = await pipeline.sql.query(
        `(${raw} EXCEPT ${stored}) UNION ALL (${stored} EXCEPT ${raw}) LIMIT 5`,
      );
      expect(rows).toEqual([]);
      const { rows: counted } = await pipeline.sql.query<{ count: string }>(`SELECT count(*) FROM ${view}`);
      expect(Number(counted[0]?.count)).toBeGreaterThan(0);
    }
  });
});
