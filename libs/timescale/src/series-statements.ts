import { type DeviceEventType } from '@fieldstream/wire';
import { signsOf } from './device-event-writer.js';
import { lockPresence, updatePresence } from './presence-writer.js';
import type { Queryable } from './queryable.js';
import type { StoredSeries } from './series-cache.js';

export interface WantedSeries {
  readonly deviceId: string;
  readonly metric: string;
  /** Null: the payload names none. */
  readonly unit: string | null;
  /** Of what is reported now: see `kindsOf`. */
  readonly kinds: number;
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
    `SELECT s.series_id AS id, s.device_id AS "deviceId", s.metric, s.unit, s.kinds
     FROM unnest($1::text[], $2::text[]) AS w (device_id, metric) JOIN series s USING (device_id, metric)`,
    [wanted.map((series) => series.deviceId), wanted.map((series) => series.metric)],
  );
  return rows;
}

/** Series of each device, of those that have any. */
export async function countSeries(
  client: Queryable,
  deviceIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await client.query<{ device_id: string; count: number }>(
    'SELECT device_id, count(*)::int AS count FROM series WHERE device_id = ANY ($1::text[]) GROUP BY 1',
    [deviceIds],
  );
  return new Map(rows.map((row) => [row.device_id, row.count]));
}

/** Makes the rows of the devices that have none, each with the presence that its newest events tell. */
export async function insertDevices(
  client: Queryable,
  wanted: readonly Pick<WantedSeries, 'deviceId' | 'firstSeenMs'>[],
): Promise<void> {
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
  await lockPresence(client);
  const { rows: made } = await client.query<{ device_id: string }>(
    `INSERT INTO device (device_id, first_seen)
     SELECT d.device_id, to_timestamp(d.first_seen_ms / 1000)
     FROM unnest($1::text[], $2::float8[]) AS d (device_id, first_seen_ms)
     ORDER BY d.device_id COLLATE "C"
     ON CONFLICT DO NOTHING RETURNING device_id`,
    [[...firstSeen.keys()], [...firstSeen.values()]],
  );
  const { rows: events } = await client.query<{ deviceId: string; type: DeviceEventType; timeMs: number }>(
    NEWEST_EVENTS,
    [made.map((row) => row.device_id)],
  );
  await updatePresence(client, signsOf(events), Date.now());
}

/** Of each device the newest event of its connection, and the newest of the others. */
const NEWEST_EVENTS = `
SELECT e.device_id AS "deviceId", e.type, (extract(epoch FROM e.time) * 1000)::float8 AS "timeMs"
FROM unnest($1::text[]) AS d (device_id), LATERAL (
  (SELECT v.* FROM device_event v WHERE v.device_id = d.device_id AND v.type IN ('connected', 'disconnected')
   ORDER BY v.time DESC, v.origin_offset DESC LIMIT 1)
  UNION ALL
  (SELECT v.* FROM device_event v WHERE v.device_id = d.device_id AND v.type NOT IN ('connected', 'disconnected')
   ORDER BY v.time DESC, v.origin_offset DESC LIMIT 1)) e
ORDER BY e.time, e.origin_offset`;

/**
 * Makes series, with what is described of them, and sets the units and kinds of those that exist. In the order of their
 * key, so that two callers cannot deadlock; of two that create the same one the second gets the first one's number.
 *
 * MUST come after `lockPresence` where series are new: a description that is written at the same time would miss them.
 * @returns `hasDrifted`: it was reported as another kind before, or is now as both, for the first time.
 */
export async function upsertSeries(
  client: Queryable,
  wanted: readonly WantedSeries[],
): Promise<(NamedSeries & { readonly hasDrifted: boolean })[]> {
  const { rows } = await client.query<NamedSeries & { readonly hasDrifted: boolean }>(
    `INSERT INTO series AS s (device_id, metric, unit, kinds, drifted_at, name, device_class)
     SELECT device_id, w.metric, coalesce(w.unit, m.described->>'unit'), w.kinds, CASE WHEN w.kinds = 3 THEN now() END,
            m.described->>'name', m.described->>'deviceClass'
     FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[]) AS w (device_id, metric, unit, kinds)
     JOIN device d USING (device_id)
     CROSS JOIN LATERAL (SELECT d.described_metrics->w.metric AS described) m
     ORDER BY device_id COLLATE "C", w.metric COLLATE "C"
     ON CONFLICT (device_id, metric) DO UPDATE SET
       unit = coalesce(EXCLUDED.unit, s.unit), kinds = s.kinds | EXCLUDED.kinds,
       drifted_at = coalesce(s.drifted_at, CASE WHEN s.kinds | EXCLUDED.kinds = 3 THEN now() END)
     RETURNING s.series_id AS id, s.device_id AS "deviceId", s.metric, s.unit, s.kinds,
               s.drifted_at IS NOT DISTINCT FROM now() AS "hasDrifted"`,
    [
      wanted.map((series) => series.deviceId),
      wanted.map((series) => series.metric),
      wanted.map((series) => series.unit),
      wanted.map((series) => series.kinds),
    ],
  );
  return rows;
}
