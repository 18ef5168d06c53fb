import type { Queryable } from '../queryable.js';
import type { LatestValue } from './latest-reader.js';
import { metricOrder } from './metric-order.js';
import { selectRows } from './select-rows.js';

/** Means of the minutes of one metric, in the order of time. Minutes without readings are not in it. */
export interface Sparkline {
  readonly metric: string;
  /** [start of the minute, mean] */
  readonly points: readonly { readonly timeMs: number; readonly value: number }[];
}

/** What a device is known by at a glance. */
export interface DeviceGlance {
  readonly deviceId: string;
  /** Newest values of the metrics that tell most, the main one first. */
  readonly values: readonly LatestValue[];
  /** The first metric of them that has numbers; null for a device without any. */
  readonly sparkline: Sparkline | null;
}

/** Of a device with more metrics, only so many are looked at to find those that tell most. */
const CANDIDATES = 8;
/** Values of a glance. */
const VALUES = 3;

interface PointRow {
  readonly timesMs: number[] | null;
  readonly means: number[] | null;
}

const pointsOf = (seriesId: string): string => `LATERAL (
  SELECT array_agg(extract(epoch FROM bucket) * 1000 ORDER BY bucket)::float8[] AS "timesMs",
         array_agg(sum / count ORDER BY bucket) AS means
  FROM reading_1m WHERE series_id = ${seriesId} AND bucket >= to_timestamp($2 / 1000.0)) p`;

/** Small pictures of the last while, out of the one-minute rollup: a few index descents a series, however much is stored. */
export class SparklineReader {
  constructor(private readonly db: Queryable) {}

  /**
   * Of each of the devices that exists, in any order. Its metrics are ordered by whether they had a reading since `fromMs`,
   * and then by `metricOrder`. @throws DatabaseError
   */
  async glances(deviceIds: readonly string[], fromMs: number): Promise<DeviceGlance[]> {
    const rows = await selectRows<
      LatestValue & PointRow & { readonly deviceId: string | null; readonly found: string }
    >(
      this.db,
      'reading spark lines',
      `SELECT d.device_id AS found, s.device_id AS "deviceId", s.metric, s.unit, s.time, s.value, s.text,
              p."timesMs", p.means
       FROM (SELECT device_id FROM device WHERE device_id = ANY ($1::text[])) d
       LEFT JOIN LATERAL (
         SELECT l.*, row_number() OVER (PARTITION BY l.value IS NULL ORDER BY l.place) AS nth
         FROM (
           SELECT l.*, row_number() OVER (ORDER BY l.time >= to_timestamp($2 / 1000.0) DESC, c.place) AS place
           FROM (SELECT series_id, row_number() OVER (ORDER BY ${metricOrder('metric')}) AS place
                 FROM series WHERE device_id = d.device_id ORDER BY place LIMIT ${CANDIDATES}) c
           JOIN LATERAL (SELECT * FROM latest WHERE latest.series_id = c.series_id) l ON true
           ORDER BY place LIMIT ${VALUES}
         ) l
       ) s ON true
       -- Within, not in the condition of the join: the others are then not read.
       LEFT JOIN ${pointsOf('CASE WHEN s.nth = 1 AND s.value IS NOT NULL THEN s.series_id END')} ON true
       ORDER BY d.device_id, s.place`,
      [deviceIds, fromMs],
    );
    const glances = new Map<string, DeviceGlance>();
    for (const row of rows) {
      const { found, deviceId, metric, unit, time, value, text } = row;
      const before = glances.get(found) ?? { deviceId: found, values: [], sparkline: null };
      if (deviceId === null) glances.set(found, before);
      else {
        glances.set(found, {
          deviceId,
          values: [...before.values, { metric, unit, time, value, text }],
          sparkline: before.sparkline ?? toSparkline(row),
        });
      }
    }
    return [...glances.values()];
  }

  /** Of the metrics of one device, in the order of their names; those without numbers since `fromMs` are left out. @throws DatabaseError */
  async ofDevice(deviceId: string, fromMs: number, limit: number): Promise<Sparkline[]> {
    const rows = await selectRows<PointRow & { readonly metric: string }>(
      this.db,
      'reading spark lines',
      `SELECT s.metric, p."timesMs", p.means
       FROM (SELECT series_id, metric FROM series WHERE device_id = $1
             ORDER BY metric COLLATE "C" LIMIT $3) s, ${pointsOf('s.series_id')}
       ORDER BY s.metric COLLATE "C"`,
      [deviceId, fromMs, limit],
    );
    return rows.flatMap((row) => toSparkline(row) ?? []);
  }
}

function toSparkline(row: PointRow & { readonly metric: string }): Sparkline | null {
  if (row.timesMs === null || row.means === null) return null;
  const { timesMs, means } = row;
  return {
    metric: row.metric,
    points: timesMs.map((timeMs, index) => ({ timeMs, value: means[index] ?? 0 })),
  };
}
