import type pg from 'pg';
import { inTransaction } from './pool.js';

/** First and next offset of one partition in Kafka. The topic's name is logical. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

export interface PipelineSampleOptions {
  /** Time between two samples. One that comes sooner, from whichever process, is left out. */
  readonly everyMs: number;
  /** Prefix of the consumers whose lag `ends` tells. */
  readonly topicPrefix: string;
  /** What Kafka has at this moment; undefined where it could not be asked: the lag is then unknown. */
  readonly ends: readonly PartitionRange[] | undefined;
}

/** Half the time: two processes are never in step, but one that has just sampled is enough. */
const CLAIM = `
UPDATE pipeline_sampling SET sampled_at = now()
FROM (SELECT sampled_at AS before FROM pipeline_sampling
      WHERE sampled_at <= now() - $1 * INTERVAL '0.5 milliseconds' OR sampled_at > now() + INTERVAL '1 minute'
      FOR UPDATE SKIP LOCKED) o
RETURNING greatest(extract(epoch FROM now() - before)::float8, 1) AS seconds`;

const COUNTERS = [
  'received',
  'produced',
  'presence',
  'shed',
  'refused',
  'dead_lettered',
  'records',
  'lost',
  'readings',
  'stored',
  'duplicates',
  'coalesced',
] as const;

/** A consumer by what it is, without the topic prefix: `aggregator`, `alerter`. */
const STAGE = (column: string): string => `regexp_replace(${column}, '^.*fieldstream-', '')`;

/**
 * What the ledger's counters have moved by since the last sample goes to the ten seconds that have just ended, and to their
 * minute and hour. A counter that is less than it was has begun anew; a source that was not there began at 0.
 *
 * Consumers of another prefix stand in the ledger without a lag. Publishes that a killed bridge had in flight stand there
 * for ever, so they count only while it reports.
 */
const SAMPLE = `
WITH moved AS (
  SELECT l.stage, l.source, l.counter, l.value,
         l.value - CASE WHEN c.value <= l.value THEN c.value ELSE 0 END AS moved
  FROM pipeline_ledger l LEFT JOIN pipeline_counted c USING (stage, source, counter)
  WHERE l.counter <> 'in_flight' AND l.updated_at > now() - INTERVAL '30 days' AND l.value IS DISTINCT FROM c.value
), counted AS (
  INSERT INTO pipeline_counted (stage, source, counter, value)
  SELECT stage, source, counter, value FROM moved
  ON CONFLICT (stage, source, counter) DO UPDATE SET value = EXCLUDED.value
), lags AS (
  SELECT c.consumer, c.topic, sum(greatest(e.high - coalesce(o.next_offset, e.low), 0)) AS lag
  FROM (SELECT DISTINCT consumer, topic FROM consumer_offset WHERE starts_with(consumer, $2 || 'fieldstream-')) c
  JOIN unnest($3::text[], $4::int[], $5::bigint[], $6::bigint[]) AS e (topic, partition, low, high) USING (topic)
  LEFT JOIN consumer_offset o USING (consumer, topic, partition)
  GROUP BY 1, 2
), gauges AS (
  SELECT 'bridge' AS stage, '' AS topic,
         coalesce(sum(in_flight) FILTER (WHERE reported_at > now() - INTERVAL '5 minutes'), 0) AS in_flight,
         NULL::numeric AS lag,
         sum(abs(received - produced - presence - dead_lettered - shed - refused - in_flight)) AS unaccounted
  FROM bridge_ledger HAVING count(*) > 0
  UNION ALL
  SELECT ${STAGE('o.consumer')}, o.topic, NULL, sum(l.lag), sum(o.unaccounted)
  FROM (SELECT consumer, topic, sum(abs(next_offset - start_offset - records - lost)
                                    + abs(readings - stored - duplicates - coalesced)) AS unaccounted
        FROM consumer_offset GROUP BY 1, 2) o
  LEFT JOIN lags l USING (consumer, topic)
  GROUP BY 1, 2
), counts AS (
  SELECT ${STAGE('stage')} AS stage,
         CASE stage WHEN 'bridge' THEN '' ELSE regexp_replace(source, '/[0-9]+$', '') END AS topic,
         ${COUNTERS.map((counter) => `sum(moved) FILTER (WHERE counter = '${counter}') AS ${counter}`).join(',\n         ')}
  FROM moved GROUP BY 1, 2
)
INSERT INTO pipeline_sample AS p (width_s, time, stage, topic, seconds, in_flight, lag, unaccounted,
                                  ${COUNTERS.join(', ')})
SELECT w.width_s, time_bucket(make_interval(secs => w.width_s), now() - INTERVAL '5 seconds'), g.stage, g.topic, $1,
       g.in_flight, g.lag, g.unaccounted,
       ${COUNTERS.map((counter) => `coalesce(c.${counter}, 0)`).join(', ')}
FROM gauges g LEFT JOIN counts c USING (stage, topic), (VALUES (10), (60), (3600)) AS w (width_s)
ON CONFLICT (width_s, time, stage, topic) DO UPDATE SET
  seconds = p.seconds + EXCLUDED.seconds,
  in_flight = greatest(p.in_flight, EXCLUDED.in_flight),
  lag = greatest(p.lag, EXCLUDED.lag),
  unaccounted = greatest(p.unaccounted, EXCLUDED.unaccounted),
  ${COUNTERS.map((counter) => `${counter} = p.${counter} + EXCLUDED.${counter}`).join(',\n  ')}`;

/**
 * Adds what every stage has done since the last sample to its history, whose sum is the ledger; statistics of a time in
 * which nobody sampled come with the next sample, as a rate over all of that time.
 * @returns Whether this call took the sample; another process may just have done so.
 * @throws DatabaseError
 */
export async function samplePipeline(
  pool: pg.Pool,
  { everyMs, topicPrefix, ends }: PipelineSampleOptions,
): Promise<boolean> {
  return inTransaction(pool, 'sampling the pipeline', async (client) => {
    // A sample that is lost in a crash of the server is counted by the next one.
    await client.query('SET LOCAL synchronous_commit = off');
    const { rows } = await client.query<{ seconds: number }>(CLAIM, [everyMs]);
    const seconds = rows[0]?.seconds;
    if (seconds === undefined) return false;
    const partitions = ends ?? [];
    await client.query(SAMPLE, [
      seconds,
      topicPrefix,
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
      partitions.map(({ low }) => low),
      partitions.map(({ high }) => high),
    ]);
    return true;
  });
}
