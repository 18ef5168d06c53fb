import { createTestDatabase, hash32 } from '@fieldstream/testing';
import { float8Array, int4Array, migrate, timestamptzArray } from '@fieldstream/timescale';
import pg from 'pg';
import type { Figure } from '../figure.js';

const CONNECTIONS = 2;
const ROWS = 10_000;
/** Of each connection: 4 metrics of 500 devices. */
const SERIES = 2_000;
const START_MS = 1_795_244_000_000;
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

const INSERT = `INSERT INTO reading (time, series_id, value)
  SELECT * FROM unnest($1::timestamptz[], $2::int[], $3::float8[]) ON CONFLICT DO NOTHING`;

/** The same with the rollup folded, as plainly as SQL can say it. */
const FOLD = `WITH inserted AS (${INSERT} RETURNING time, series_id, value)
  INSERT INTO reading_1m AS r (bucket, series_id, count, sum, min, max, first, first_time, last, last_time)
  SELECT time_bucket('1 minute', time) AS bucket, series_id, count(*), sum(value), min(value), max(value),
         first(value, time), min(time), last(value, time), max(time)
  FROM inserted GROUP BY bucket, series_id ORDER BY series_id, bucket
  ON CONFLICT (series_id, bucket) DO UPDATE SET
    count = r.count + excluded.count, sum = r.sum + excluded.sum,
    min = least(r.min, excluded.min), max = greatest(r.max, excluded.max),
    first = CASE WHEN excluded.first_time < r.first_time THEN excluded.first ELSE r.first END,
    first_time = least(r.first_time, excluded.first_time),
    last = CASE WHEN excluded.last_time > r.last_time THEN excluded.last ELSE r.last END,
    last_time = greatest(r.last_time, excluded.last_time)`;

/**
 * Bare inserts into the project's own tables by `unnest`, 10,000 rows a statement in the order of the key,
 * two connections with series of their own, `synchronous_commit` off. Parameters are made before the clock starts.
 */
export async function measureInsert(seconds: number, fold: boolean): Promise<Figure> {
  const database = await createTestDatabase('bench');
  const pool = new pg.Pool({ connectionString: database.url, max: CONNECTIONS });
  pool.on('error', () => {});
  try {
    await migrate(pool, QUIET);
    let busyMs = 0;
    let rows = 0;
    const run = async (connection: number): Promise<void> => {
      const client = await pool.connect();
      try {
        await client.query('SET synchronous_commit = off');
        for (let batch = 0, spentMs = 0; spentMs < seconds * 1_000; batch++) {
          const values = makeBatch(connection, batch);
          const startMs = performance.now();
          await client.query({ name: 'insert', text: fold ? FOLD : INSERT, values });
          spentMs += performance.now() - startMs;
          busyMs += performance.now() - startMs;
          rows += ROWS;
        }
      } finally {
        client.release();
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => run(connection)));
    return {
      name: fold ? 'bare insert with rollup fold' : 'bare insert',
      value: rows / (busyMs / CONNECTIONS / 1_000),
      unit: 'readings/s',
      better: 'higher',
      detail: `${CONNECTIONS} connections, ${ROWS} rows a statement, ${rows} rows`,
    };
  } finally {
    await pool.end();
    await database.drop();
  }
}

/** Times, series and values, each series once a second, in the order of the primary key. */
function makeBatch(connection: number, batch: number): Buffer[] {
  const perSeries = ROWS / SERIES;
  const seriesOf = (row: number): number => 1 + connection * SERIES + Math.floor(row / perSeries);
  return [
    timestamptzArray(ROWS, (row) => START_MS + (batch * perSeries + (row % perSeries)) * 1_000),
    int4Array(ROWS, seriesOf),
    float8Array(ROWS, (row) => 10 + hash32(1, batch, row, 0) / 1e8),
  ];
}
