import type pg from 'pg';
import { inTransaction } from './pool.js';

/** `latency`: publishes, from received to committed. `delay`: readings, from observed to received. */
export type DelayKind = 'latency' | 'delay';

/** One bucket of a histogram: greater than `fromMs`, at most `upToMs`; either may be infinite. */
export interface DelayCount {
  readonly kind: DelayKind;
  readonly fromMs: number;
  readonly upToMs: number;
  readonly count: number;
}

/** Readings of one device that were late or ahead. */
export interface DeviceDelay {
  readonly deviceId: string;
  readonly late: number;
  readonly ahead: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

const ADD_COUNTS = `
INSERT INTO delay_count AS c (width_s, kind, time, from_ms, up_to_ms, count)
SELECT w.width_s, d.kind, time_bucket(make_interval(secs => w.width_s), now() - INTERVAL '5 seconds'),
       d.from_ms, d.up_to_ms, d.count
FROM unnest($1::text[], $2::float8[], $3::float8[], $4::bigint[]) AS d (kind, from_ms, up_to_ms, count),
     (VALUES (10), (60), (3600)) AS w (width_s)
ORDER BY w.width_s, d.kind, d.up_to_ms
ON CONFLICT (width_s, kind, time, up_to_ms) DO UPDATE SET count = c.count + EXCLUDED.count`;

const ADD_DEVICES = `
INSERT INTO device_delay AS c (time, device_id, late, ahead, least_ms, most_ms, last_at)
SELECT time_bucket(INTERVAL '10 minutes', now() - INTERVAL '5 seconds'), d.*, now()
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::float8[], $5::float8[])
  AS d (device_id, late, ahead, least_ms, most_ms)
ORDER BY d.device_id COLLATE "C"
ON CONFLICT (time, device_id) DO UPDATE SET
  late = c.late + EXCLUDED.late, ahead = c.ahead + EXCLUDED.ahead,
  least_ms = least(c.least_ms, EXCLUDED.least_ms), most_ms = greatest(c.most_ms, EXCLUDED.most_ms),
  last_at = EXCLUDED.last_at`;

/**
 * Adds counts of delays to the ten seconds that have just ended, and to their minute and hour. Rows are written in the
 * order of their keys, so that processes that write at the same time cannot deadlock.
 * @throws DatabaseError
 */
export async function writeDelays(
  pool: pg.Pool,
  counts: readonly DelayCount[],
  devices: readonly DeviceDelay[],
): Promise<void> {
  if (counts.length + devices.length === 0) return;
  await inTransaction(pool, 'writing statistics of delays', async (client) => {
    await client.query('SET LOCAL synchronous_commit = off');
    await client.query(ADD_COUNTS, [
      counts.map(({ kind }) => kind),
      counts.map(({ fromMs }) => fromMs),
      counts.map(({ upToMs }) => upToMs),
      counts.map(({ count }) => count),
    ]);
    await client.query(ADD_DEVICES, [
      devices.map(({ deviceId }) => deviceId),
      devices.map(({ late }) => late),
      devices.map(({ ahead }) => ahead),
      devices.map(({ leastMs }) => leastMs),
      devices.map(({ mostMs }) => mostMs),
    ]);
  });
}
