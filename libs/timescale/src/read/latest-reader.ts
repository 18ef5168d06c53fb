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

/** Newest values of a device. */
export class LatestReader {
  constructor(private readonly db: Queryable) {}

  /** In the order of the metrics' names; none for a device that does not exist. @throws DatabaseError */
  async list(
    deviceId: string,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<Page<LatestValue, string>> {
    const rows = await selectRows<LatestValue>(
      this.db,
      'reading the latest values',
      `SELECT metric, value, text, unit, time FROM latest
       WHERE device_id = $1 AND ($2::text IS NULL OR metric COLLATE "C" > $2)
       ORDER BY metric COLLATE "C" LIMIT $3`,
      [deviceId, page.after ?? null, page.limit + 1],
    );
    return pageOf(rows, page.limit, (value) => value.metric);
  }
}
