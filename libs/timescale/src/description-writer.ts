import { LIMITS, type MetricDescription } from '@fieldstream/domain';
import type { DescriptionEvent } from '@fieldstream/wire';
import { lockPresence } from './presence-writer.js';
import type { Queryable } from './queryable.js';
import { insertDevices } from './series-statements.js';

type Metrics = Readonly<Record<string, MetricDescription>>;

interface Row {
  readonly deviceId: string;
  readonly family: string | null;
  readonly name: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly gatewayId: string | null;
  readonly address: string | null;
  readonly atMs: number;
  readonly metrics: Metrics;
}

const PARTS = ['family', 'name', 'manufacturer', 'model', 'firmware', 'gatewayId', 'address'] as const;

const LOCK = `
SELECT device_id AS "deviceId", family, described_name AS name, manufacturer, model, firmware, via_gateway AS "gatewayId",
       address, coalesce((extract(epoch FROM described_at) * 1000)::float8, '-infinity') AS "atMs",
       coalesce(described_metrics, '{}') AS metrics
FROM device WHERE device_id = ANY ($1::text[]) ORDER BY device_id COLLATE "C" FOR NO KEY UPDATE`;

// A name and a gateway label that somebody has given stay: they are not what was told before.
const STORE = `
UPDATE device d SET
  family = n.family, manufacturer = n.manufacturer, model = n.model, firmware = n.firmware, via_gateway = n.via_gateway,
  address = n.address, described_name = n.name, described_at = to_timestamp(n.at_ms / 1000),
  described_metrics = n.metrics,
  name = CASE WHEN d.name IS NULL OR d.name = d.described_name THEN n.name ELSE d.name END,
  labels = CASE WHEN n.via_gateway IS NULL OR d.labels->>'gateway' <> coalesce(d.via_gateway, '') THEN d.labels
                WHEN NOT d.labels ? 'gateway' AND (SELECT count(*) FROM jsonb_object_keys(d.labels)) >= 50 THEN d.labels
                ELSE d.labels || jsonb_build_object('gateway', n.via_gateway) END,
  presence_due_at = CASE WHEN d.via_gateway IS DISTINCT FROM n.via_gateway THEN now() ELSE d.presence_due_at END
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[],
            $10::jsonb[])
  AS n (device_id, family, name, manufacturer, model, firmware, via_gateway, address, at_ms, metrics)
WHERE d.device_id = n.device_id`;

const STORE_SERIES = `
UPDATE series s SET unit = coalesce(s.unit, n.unit), name = n.name, device_class = n.device_class
FROM (SELECT s.series_id, m.value->>'unit' AS unit, m.value->>'name' AS name, m.value->>'deviceClass' AS device_class
      FROM unnest($1::text[], $2::jsonb[]) AS d (device_id, metrics), jsonb_each(d.metrics) m, series s
      WHERE s.device_id = d.device_id AND s.metric = m.key
      ORDER BY s.device_id COLLATE "C", s.metric COLLATE "C" FOR NO KEY UPDATE OF s) n
WHERE s.series_id = n.series_id
  AND (s.name IS DISTINCT FROM n.name OR s.device_class IS DISTINCT FROM n.device_class
       OR s.unit IS NULL AND n.unit IS NOT NULL)`;

/**
 * Writes what devices and their gateways say of devices and their metrics. A description makes the device; of each part the
 * newest by its time wins, and a part that is missing says nothing. Metrics keep what is described of them, also those
 * that have no reading yet; a unit that a payload names goes before. Telling it again changes nothing.
 *
 * MUST run inside the transaction that moves the offset, and come last of what locks devices there.
 */
export async function writeDescriptions(
  client: Queryable,
  descriptions: readonly DescriptionEvent[],
): Promise<void> {
  if (descriptions.length === 0) return;
  await lockPresence(client);
  await insertDevices(
    client,
    descriptions.map(({ deviceId, timeMs }) => ({ deviceId, firstSeenMs: timeMs })),
  );
  const { rows } = await client.query<Row>(LOCK, [
    [...new Set(descriptions.map(({ deviceId }) => deviceId))],
  ]);
  const known = new Map(rows.map((row) => [row.deviceId, row]));
  const changed = new Map<string, Row>();
  for (const description of descriptions) {
    const before = known.get(description.deviceId);
    const after = before && merge(before, description);
    if (!after || after === before) continue;
    known.set(after.deviceId, after);
    changed.set(after.deviceId, after);
  }
  if (changed.size === 0) return;
  const after = [...changed.values()];
  const ids = after.map(({ deviceId }) => deviceId);
  const metrics = after.map((row) => JSON.stringify(row.metrics));
  const parts = PARTS.map((part) => after.map((row) => row[part]));
  await client.query(STORE, [ids, ...parts, after.map(({ atMs }) => atMs), metrics]);
  await client.query(STORE_SERIES, [ids, metrics]);
}

/** The row itself where the description tells nothing that is new. */
function merge(row: Row, description: DescriptionEvent): Row {
  const { timeMs, metrics: told = new Map<string, MetricDescription>() } = description;
  const isNewer = timeMs >= row.atMs;
  const next: Record<string, unknown> = {};
  for (const part of PARTS) {
    const value = description[part];
    if (value !== undefined && value !== row[part] && (isNewer || row[part] === null)) next[part] = value;
  }
  const described = new Map(Object.entries(row.metrics));
  let hasNewMetrics = false;
  for (const [metric, parts] of told) {
    const before = described.get(metric);
    if (!before && described.size >= LIMITS.metricsPerSample) continue;
    const after = isNewer ? { ...before, ...parts } : { ...parts, ...before };
    if (before && METRIC_PARTS.every((part) => before[part] === after[part])) continue;
    described.set(metric, after);
    hasNewMetrics = true;
  }
  if (Object.keys(next).length === 0 && !hasNewMetrics) return row;
  return {
    ...row,
    ...next,
    atMs: Math.max(row.atMs, timeMs),
    ...(hasNewMetrics ? { metrics: Object.fromEntries(described) } : {}),
  };
}

const METRIC_PARTS = ['unit', 'name', 'deviceClass'] as const;
