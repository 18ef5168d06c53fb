import type { Queryable } from '../queryable.js';
import { pageOf, type Page } from './page.js';
import { selectRows } from './select-rows.js';

/** Newest value of one metric, by observation time. */
export interface LatestValue {
  readonly metric: string;
  /** Null where the newest value is a text without a number. */
  readonly value: number | null;
  readonly text: string | null;
  readonly unit: string | null;
  readonly time: Date;
}

/** With what is told of the metric. */
export interface DescribedLatestValue extends LatestValue {
  readonly name: string | null;
  readonly deviceClass: string | null;
}

/** The newest value of any device. */
export interface DeviceLatestValue extends LatestValue {
  readonly deviceId: string;
  /** For people; the ID where it has none. */
  readonly deviceName: string;
}

/** A series by its place in the order of the list. */
export interface SeriesKey {
  readonly deviceId: string;
  readonly metric: string;
}

/** Newest values. */
export class LatestReader {
  constructor(private readonly db: Queryable) {}

  /** Of all devices, in the order of their IDs and the metrics' names. @throws DatabaseError */
  async listAll(page: {
    readonly after?: SeriesKey | undefined;
    readonly limit: number;
  }): Promise<Page<DeviceLatestValue, SeriesKey>> {
    const rows = await selectRows<Omit<DeviceLatestValue, 'time'> & { readonly time: Date | null }>(
      this.db,
      'reading the latest values',
      // The page of series first: the newest values are looked up for these alone.
      `SELECT s.device_id AS "deviceId", coalesce(d.name, s.device_id) AS "deviceName", s.metric, s.unit,
              l.value, l.text, l.time
       FROM (SELECT * FROM series
             WHERE $1::text IS NULL OR (device_id COLLATE "C", metric COLLATE "C") > ($1, $2)
             ORDER BY device_id COLLATE "C", metric COLLATE "C" LIMIT $3) s
       JOIN device d USING (device_id) LEFT JOIN latest l USING (series_id)
       ORDER BY s.device_id COLLATE "C", s.metric COLLATE "C"`,
      [page.after?.deviceId ?? null, page.after?.metric ?? null, page.limit + 1],
    );
    const { items, next } = pageOf(rows, page.limit, ({ deviceId, metric }) => ({ deviceId, metric }));
    // A series whose readings were all dropped has its place in the list, but no value.
    return { items: items.flatMap((item) => (item.time ? [{ ...item, time: item.time }] : [])), next };
  }

  /** In the order of the metrics' names; none for a device that does not exist. @throws DatabaseError */
  async list(
    deviceId: string,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<Page<DescribedLatestValue, string>> {
    const rows = await selectRows<DescribedLatestValue>(
      this.db,
      'reading the latest values',
      `SELECT l.metric, l.value, l.text, l.unit, s.name, s.device_class AS "deviceClass", l.time
       FROM latest l JOIN series s USING (series_id)
       WHERE l.device_id = $1 AND ($2::text IS NULL OR l.metric COLLATE "C" > $2)
       ORDER BY l.metric COLLATE "C" LIMIT $3`,
      [deviceId, page.after ?? null, page.limit + 1],
    );
    return pageOf(rows, page.limit, (value) => value.metric);
  }
}
