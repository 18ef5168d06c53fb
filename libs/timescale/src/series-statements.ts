import { ADVISORY_LOCKS } from './advisory-locks.js';
import { PRESENCE_ROWS } from './device-event-writer.js';
import type { Queryable } from './queryable.js';
import type { StoredSeries } from './series-cache.js';

export interface WantedSeries {
  readonly deviceId: string;
  readonly metric: string;
  /** Null: the payload names none. */
  readonly unit: string | null;
  /** Earliest observation. */
  readonly firstSeenMs: number;
}

export interface NamedSeries extends StoredSeries {
  readonly deviceId: string;
  readonly metric: string;
}

/** Those of the wanted series that exist. */
export async function findSeries(client: Queryable, wanted: readonly WantedSeries[]): Promise<NamedSeries[]> {
  const { rows } = await client.query<NamedSeries>(
    `SELECT s.series_id AS id, s.device_id AS "deviceId", s.metric, s.unit
     FROM unnest($1::text[], $2::text[]) AS w (device_id, metric) JOIN series s USING (device_id, metric)`,
    [wanted.map((series) => series.deviceId), wanted.map((series) => series.metric)],
  );
  return rows;
}

/** Makes the rows of the devices that have none, each with the presence that its newest event tells. */
export async function insertDevices(client: Queryable, wanted: readonly WantedSeries[]): Promise<void> {
  const firstSeen = new Map<string, number>();
  for (const { deviceId, firstSeenMs } of wanted) {
    firstSeen.set(deviceId, Math.min(firstSeenMs, firstSeen.get(deviceId) ?? firstSeenMs));
  }
  const { rows } = await client.query<{ device_id: string }>(
    'SELECT device_id FROM device WHERE device_id = ANY ($1::text[])',
    [[...firstSeen.keys()]],
  );
  for (const row of rows) firstSeen.delete(row.device_id);
  if (firstSeen.size === 0) return;
  await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.devicePresence})`);
  await client.query(
    `INSERT INTO device (device_id, first_seen, presence, presence_at)
     SELECT d.device_id, to_timestamp(d.first_seen_ms / 1000), e.presence, e.time
     FROM unnest($1::text[], $2::float8[]) AS d (device_id, first_seen_ms)
     LEFT JOIN LATERAL (
       SELECT v.time, p.presence FROM device_event v JOIN (VALUES ${PRESENCE_ROWS}) AS p (type, presence) USING (type)
       WHERE v.device_id = d.device_id ORDER BY v.time DESC, v.origin_offset DESC LIMIT 1) e ON true
     ORDER BY d.device_id COLLATE "C"
     ON CONFLICT DO NOTHING`,
    [[...firstSeen.keys()], [...firstSeen.values()]],
  );
}

/**
 * Makes series, and sets the units of those that exist. In the order of their key, so that two callers cannot deadlock;
 * of two that create the same one the second gets the first one's number.
 */
export async function upsertSeries(
  client: Queryable,
  wanted: readonly WantedSeries[],
): Promise<NamedSeries[]> {
  const { rows } = await client.query<NamedSeries>(
    `INSERT INTO series AS s (device_id, metric, unit)
     SELECT device_id, metric, unit FROM unnest($1::text[], $2::text[], $3::text[]) AS w (device_id, metric, unit)
     ORDER BY device_id COLLATE "C", metric COLLATE "C"
     ON CONFLICT (device_id, metric) DO UPDATE SET unit = coalesce(EXCLUDED.unit, s.unit)
     RETURNING s.series_id AS id, s.device_id AS "deviceId", s.metric, s.unit`,
    [
      wanted.map((series) => series.deviceId),
      wanted.map((series) => series.metric),
      wanted.map((series) => series.unit),
    ],
  );
  return rows;
}
