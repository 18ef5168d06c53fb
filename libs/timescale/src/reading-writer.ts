import { float8Array, int4Array, timestamptzArray } from './binary-array.js';
import type { Queryable } from './queryable.js';
import type { ReadingColumns } from './reading-columns.js';

/**
 * Inserts readings and folds those that were new into their minutes, in one statement. The rollup's rows are written in
 * the order of their key, so that two writers that share series cannot deadlock. Answers one row with the number
 * inserted and, only if that is not all of them ($4), a row for each series.
 */
const WRITE_READINGS = {
  name: 'write-readings',
  text: `
WITH inserted AS (
  INSERT INTO reading (time, series_id, value)
  SELECT time, series_id, value
  FROM unnest($1::timestamptz[], $2::int[], $3::float8[]) AS r (time, series_id, value)
  ON CONFLICT DO NOTHING
  RETURNING time, series_id, value
), folded AS (
  INSERT INTO reading_1m AS m (bucket, series_id, count, sum, min, max, first, first_time, last, last_time)
  SELECT time_bucket('1 minute', time) AS bucket, series_id, count(*), sum(value), min(value), max(value),
         first(value, time), min(time), last(value, time), max(time)
  FROM inserted GROUP BY 1, 2 ORDER BY 2, 1
  ON CONFLICT (series_id, bucket) DO UPDATE SET
    count = m.count + EXCLUDED.count,
    sum = m.sum + EXCLUDED.sum,
    min = least(m.min, EXCLUDED.min),
    max = greatest(m.max, EXCLUDED.max),
    first = CASE WHEN EXCLUDED.first_time < m.first_time THEN EXCLUDED.first ELSE m.first END,
    first_time = least(m.first_time, EXCLUDED.first_time),
    last = CASE WHEN EXCLUDED.last_time > m.last_time THEN EXCLUDED.last ELSE m.last END,
    last_time = greatest(m.last_time, EXCLUDED.last_time)
), total AS (SELECT count(*)::int AS inserted FROM inserted)
SELECT NULL::int AS series_id, inserted FROM total
UNION ALL
SELECT series_id, count(*)::int FROM inserted WHERE (SELECT inserted < $4::int FROM total) GROUP BY series_id`,
};

interface InsertedRow {
  series_id: number | null;
  inserted: number;
}

/**
 * Writes numeric readings and their minutes. A reading whose series and time are known already, from the database or
 * from earlier in the batch, changes nothing.
 *
 * MUST run inside the transaction that moves the offset.
 * @returns How many were new, by slot; the others were duplicates.
 */
export async function writeReadings(
  client: Queryable,
  readings: ReadingColumns,
  slots: number,
): Promise<number[]> {
  const stored = Array.from({ length: slots }, () => 0);
  if (readings.length === 0) return stored;
  const order = readings.inKeyOrder();
  const at = (index: number): number => order[index] ?? 0;
  const { rows } = await client.query<InsertedRow>({
    ...WRITE_READINGS,
    values: [
      timestamptzArray(readings.length, (index) => readings.timeMs(at(index))),
      int4Array(readings.length, (index) => readings.seriesId(at(index))),
      float8Array(readings.length, (index) => readings.value(at(index))),
      readings.length,
    ],
  });
  // Every reading is new unless the statement says otherwise: then each series has as many credits as rows were inserted.
  const credits = rows.some((row) => row.series_id !== null || row.inserted === 0)
    ? new Map(rows.map((row) => [row.series_id, row.inserted]))
    : undefined;
  for (let index = 0; index < readings.length; index++) {
    if (credits) {
      const left = credits.get(readings.seriesId(index)) ?? 0;
      if (left === 0) continue;
      credits.set(readings.seriesId(index), left - 1);
    }
    const slot = readings.slot(index);
    stored[slot] = (stored[slot] ?? 0) + 1;
  }
  return stored;
}
