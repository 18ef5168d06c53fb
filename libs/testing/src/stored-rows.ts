import type pg from 'pg';
import type { ExpectedReading } from './publish-ledger.js';

/** How two sets of rows differ: the number of rows, and the first few of them for the error message. */
export interface Difference {
  readonly count: number;
  readonly examples: readonly object[];
}

export interface ReadingsDifference {
  /** Acked, but not stored with that value. */
  readonly missing: Difference;
  /** Stored for one of these devices, but never sent with that value. */
  readonly unexpected: Difference;
  /** Rows of these devices in `reading`. */
  readonly stored: number;
}

const EXAMPLES = 5;
const ROWS_AT_ONCE = 10_000;

/**
 * Compares `reading` with what was sent: each acked reading must be there with exactly its value, and of the devices
 * concerned nothing may be there that was not sent. What was sent but not acked may be there or not.
 */
export async function compareReadings(
  pool: pg.Pool,
  expected: Iterable<ExpectedReading>,
): Promise<ReadingsDifference> {
  const client = await pool.connect();
  try {
    // In one transaction: the embedded database shares its session, and so its temporary tables, between transactions.
    await client.query(
      `BEGIN; CREATE TEMP TABLE expected (device_id text, metric text, time timestamptz, value float8, acked boolean)
       ON COMMIT DROP`,
    );
    await fill(client, expected);
    await client.query('ANALYZE expected');
    const stored = `SELECT s.device_id, s.metric, r.time, r.value FROM reading r JOIN series s USING (series_id)
                    WHERE s.device_id IN (SELECT DISTINCT device_id FROM expected)`;
    const missing = await difference(
      client,
      `SELECT device_id, metric, time, value FROM expected WHERE acked EXCEPT ${stored}`,
    );
    const unexpected = await difference(
      client,
      `${stored} EXCEPT SELECT device_id, metric, time, value FROM expected`,
    );
    const count = await client.query<{ count: string }>(`SELECT count(*) FROM (${stored}) AS stored`);
    return { missing, unexpected, stored: Number(count.rows[0]?.count) };
  } finally {
    await client.query('ROLLBACK').catch(() => {});
    client.release();
  }
}

async function fill(client: pg.PoolClient, expected: Iterable<ExpectedReading>): Promise<void> {
  let rows: ExpectedReading[] = [];
  const flush = async (): Promise<void> => {
    await client.query(
      `INSERT INTO expected
       SELECT device_id, metric, to_timestamp(time / 1000.0), value, acked
       FROM unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::boolean[]) AS e (device_id, metric, time, value, acked)`,
      [
        rows.map((row) => row.deviceId),
        rows.map((row) => row.metric),
        rows.map((row) => row.timeMs),
        rows.map((row) => row.value),
        rows.map((row) => row.acked),
      ],
    );
    rows = [];
  };
  for (const row of expected) {
    rows.push(row);
    if (rows.length === ROWS_AT_ONCE) await flush();
  }
  if (rows.length > 0) await flush();
}

/** Columns in which `reading_1m` must equal the raw data exactly; only `sum` depends on the order of the additions. */
const EXACT_COLUMNS = 'series_id, bucket, count, min, max, first, first_time, last, last_time';
const FROM_RAW = `
  SELECT series_id, time_bucket('1 minute', time) AS bucket, count(*), min(value), max(value),
         first(value, time), min(time) AS first_time, last(value, time), max(time) AS last_time,
         sum(value) AS sum, sum(abs(value)) AS magnitude
  FROM reading GROUP BY 1, 2`;

export interface RollupDifference {
  /** In the raw data, but not so in `reading_1m`. */
  readonly missing: Difference;
  /** In `reading_1m`, but not so in the raw data. */
  readonly unexpected: Difference;
  /** `sum` off by more than 1e-9 of the sum of the absolute values. */
  readonly wrongSums: Difference;
}

/**
 * Compares `reading_1m` with `GROUP BY` over `reading`, both in one snapshot, so that it can run while data comes in.
 */
export async function compareRollup(pool: pg.Pool): Promise<RollupDifference> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const raw = `SELECT ${EXACT_COLUMNS} FROM (${FROM_RAW}) AS raw`;
    const stored = `SELECT ${EXACT_COLUMNS} FROM reading_1m`;
    const missing = await difference(client, `${raw} EXCEPT ${stored}`);
    const unexpected = await difference(client, `${stored} EXCEPT ${raw}`);
    const wrongSums = await difference(
      client,
      `SELECT series_id, bucket, raw.sum AS expected, stored.sum AS stored
       FROM (${FROM_RAW}) AS raw JOIN reading_1m AS stored USING (series_id, bucket)
       WHERE abs(raw.sum - stored.sum) > 1e-9 * raw.magnitude`,
    );
    return { missing, unexpected, wrongSums };
  } finally {
    await client.query('ROLLBACK').catch(() => {});
    client.release();
  }
}

async function difference(client: pg.PoolClient, query: string): Promise<Difference> {
  const total = await client.query<{ count: string }>(`SELECT count(*) FROM (${query}) AS difference`);
  const count = Number(total.rows[0]?.count);
  if (count === 0) return { count, examples: [] };
  const { rows } = await client.query<Record<string, unknown>>(`${query} LIMIT ${EXAMPLES}`);
  return { count, examples: rows };
}

/** Sums of one consumer's `consumer_offset` rows of one topic. */
export interface ConsumerTotals {
  readonly records: number;
  readonly deadLettered: number;
  readonly readings: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly coalesced: number;
  readonly lost: number;
}

/** @param consumer e.g. `<prefix>fieldstream-aggregator`. @param topic as stored in `consumer_offset`. */
export async function consumerTotals(
  pool: pg.Pool,
  consumer: string,
  topic: string,
): Promise<ConsumerTotals> {
  const columns = ['records', 'dead_lettered', 'readings', 'stored', 'duplicates', 'coalesced', 'lost'];
  const { rows } = await pool.query<Record<string, string>>(
    `SELECT ${columns.map((column) => `coalesce(sum(${column}), 0) AS ${column}`).join(', ')}
     FROM consumer_offset WHERE consumer = $1 AND topic = $2`,
    [consumer, topic],
  );
  const row = rows[0] ?? {};
  return {
    records: Number(row['records']),
    deadLettered: Number(row['dead_lettered']),
    readings: Number(row['readings']),
    stored: Number(row['stored']),
    duplicates: Number(row['duplicates']),
    coalesced: Number(row['coalesced']),
    lost: Number(row['lost']),
  };
}

/**
 * Rows of `consumer_offset` that break an identity, which must be none at any time: every offset passed is a record or
 * lost, every reading is stored, a duplicate or coalesced.
 */
export async function brokenOffsetIdentities(pool: pg.Pool): Promise<object[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `SELECT * FROM consumer_offset
     WHERE next_offset - start_offset <> records + lost OR readings <> stored + duplicates + coalesced`,
  );
  return rows;
}
