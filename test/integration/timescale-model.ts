import type pg from 'pg';
import type { Outcome, TextRun } from '@fieldstream/timescale';

/** Minutes in which `reading_1m` and GROUP BY over `reading` differ; sums by more than one part in 10^9. */
export async function differingMinutes(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query<Record<string, unknown>>(`
    WITH truth AS (
      SELECT date_bin('1 minute', time, 'epoch') AS bucket, series_id, count(*) AS count, sum(value) AS sum,
             sum(abs(value)) AS magnitude, min(value) AS min, max(value) AS max,
             (array_agg(value ORDER BY time))[1] AS first, min(time) AS first_time,
             (array_agg(value ORDER BY time DESC))[1] AS last, max(time) AS last_time
      FROM reading GROUP BY 1, 2)
    SELECT t.*, m.* FROM truth t FULL JOIN reading_1m m USING (bucket, series_id)
    WHERE (t.count, t.min, t.max, t.first, t.first_time, t.last, t.last_time)
          IS DISTINCT FROM (m.count, m.min, m.max, m.first, m.first_time, m.last, m.last_time)
       OR abs(t.sum - m.sum) > 1e-9 * greatest(t.magnitude, 1e-290)`);
  return rows;
}

/** All runs of a series, by time. */
export async function storedRuns(pool: pg.Pool, seriesId: number): Promise<TextRun[]> {
  const { rows } = await pool.query<{ time: Date; value: string; until_time: Date }>(
    'SELECT time, value, until_time FROM reading_text WHERE series_id = $1 ORDER BY time',
    [seriesId],
  );
  return rows.map((row) => ({
    timeMs: row.time.getTime(),
    value: row.value,
    untilMs: row.until_time.getTime(),
  }));
}

interface Point {
  timeMs: number;
  value: string;
  /** The point before it has the same value, and what was observed between them is forgotten. */
  joined: boolean;
}

/** The text states of one series as plain points, written without a thought of rows: the ends of each run. */
export class TextModel {
  #points: Point[] = [];

  observe(timeMs: number, value: string): Outcome {
    if (this.#points.some((point) => point.timeMs === timeMs)) return 'duplicate';
    const before = this.#points.findLast((point) => point.timeMs < timeMs);
    const after = this.#points.find((point) => point.timeMs > timeMs);
    if (after?.joined) {
      if (after.value === value) return 'duplicate';
      after.joined = false;
      this.#add({ timeMs, value, joined: false });
      return 'stored';
    }
    if (before?.value !== value) {
      this.#add({ timeMs, value, joined: false });
      return 'stored';
    }
    if (before.joined) this.#points = this.#points.filter((point) => point !== before);
    this.#add({ timeMs, value, joined: true });
    return 'coalesced';
  }

  /** Where runs begin. */
  changes(): { timeMs: number; value: string }[] {
    return this.#points.filter((point) => !point.joined).map(({ timeMs, value }) => ({ timeMs, value }));
  }

  #add(point: Point): void {
    this.#points.push(point);
    this.#points.sort((a, b) => a.timeMs - b.timeMs);
  }
}
