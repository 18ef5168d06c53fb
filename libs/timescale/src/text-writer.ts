import { int4Array, timestamptzArray } from './binary-array.js';
import type { Queryable } from './queryable.js';
import { type Outcome, type TextRun, TextRuns } from './text-runs.js';

export interface TextObservation {
  readonly seriesId: number;
  /** Whole epoch milliseconds. */
  readonly timeMs: number;
  readonly value: string;
}

interface RunRow {
  series_id: number;
  time_ms: string;
  value: string;
  until_ms: string;
}

/** The newest run at or before each observation: all that `TextRuns` needs to know. */
const FIND_RUNS = {
  name: 'find-text-runs',
  text: `
SELECT DISTINCT o.series_id, (extract(epoch FROM r.time) * 1000)::bigint AS time_ms, r.value,
       (extract(epoch FROM r.until_time) * 1000)::bigint AS until_ms
FROM unnest($1::int[], $2::timestamptz[]) AS o (series_id, time)
CROSS JOIN LATERAL (
  SELECT t.time, t.value, t.until_time FROM reading_text t
  WHERE t.series_id = o.series_id AND t.time <= o.time ORDER BY t.time DESC LIMIT 1) r
ORDER BY 1, 2`,
};

const WRITE_RUNS = {
  name: 'write-text-runs',
  text: `
INSERT INTO reading_text (series_id, time, value, until_time)
SELECT series_id, time, value, until_time
FROM unnest($1::int[], $2::timestamptz[], $3::text[], $4::timestamptz[]) AS r (series_id, time, value, until_time)
ON CONFLICT (series_id, time) DO UPDATE SET until_time = EXCLUDED.until_time`,
};

/**
 * Writes text states: a row per change, repetitions move its `until_time`. Observations are taken in the order given.
 *
 * MUST run inside the transaction that moves the offset, whose lock keeps other writers off these series.
 * @returns What became of each observation.
 */
export async function writeTextStates(
  client: Queryable,
  observations: readonly TextObservation[],
): Promise<Outcome[]> {
  if (observations.length === 0) return [];
  const seriesIds = int4Array(observations.length, (index) => observations[index]?.seriesId ?? 0);
  const times = timestamptzArray(observations.length, (index) => observations[index]?.timeMs ?? 0);
  const { rows } = await client.query<RunRow>({ ...FIND_RUNS, values: [seriesIds, times] });

  const known = new Map<number, TextRun[]>();
  for (const row of rows) {
    const run = { timeMs: Number(row.time_ms), value: row.value, untilMs: Number(row.until_ms) };
    const runs = known.get(row.series_id);
    if (runs) runs.push(run);
    else known.set(row.series_id, [run]);
  }
  const series = new Map<number, TextRuns>();
  const outcomes = observations.map(({ seriesId, timeMs, value }) => {
    let runs = series.get(seriesId);
    if (!runs) series.set(seriesId, (runs = new TextRuns(known.get(seriesId))));
    return runs.observe(timeMs, value);
  });

  const changed = [...series]
    .sort(([a], [b]) => a - b)
    .flatMap(([seriesId, runs]) => runs.changed().map((run) => ({ seriesId, run })));
  if (changed.length === 0) return outcomes;
  await client.query({
    ...WRITE_RUNS,
    values: [
      int4Array(changed.length, (index) => changed[index]?.seriesId ?? 0),
      timestamptzArray(changed.length, (index) => changed[index]?.run.timeMs ?? 0),
      changed.map(({ run }) => run.value),
      timestamptzArray(changed.length, (index) => changed[index]?.run.untilMs ?? 0),
    ],
  });
  return outcomes;
}
