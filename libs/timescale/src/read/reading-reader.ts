import { BUCKET_MS, bucketStart, type Resolution } from '@fieldstream/domain';
import type { Queryable } from '../queryable.js';
import { pageOf, type Page } from './page.js';
import { selectRows } from './select-rows.js';

/** One metric of one device. */
export interface Series {
  readonly seriesId: number;
  readonly unit: string | null;
  /** False where all values were texts without a number: then there are no rollups. */
  readonly hasNumbers: boolean;
}

/** One stored reading. */
export interface RawPoint {
  readonly time: Date;
  readonly value: number | null;
  /** A state that begins here; the state stays until another one begins. */
  readonly text: string | null;
  /** Newest time at which the state was repeated. */
  readonly untilTime: Date | null;
}

/** What was observed within one bucket. */
export interface RollupPoint {
  /** Start of the bucket, UTC. */
  readonly bucket: Date;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly avg: number;
  readonly first: number;
  readonly last: number;
}

export interface ReadingRange {
  /** Included. */
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  /** Points after this time only, to go on where a page ended. */
  readonly afterMs?: number | undefined;
  readonly limit: number;
}

const ROLLUP_VIEWS = { '1m': 'reading_1m', '1h': 'reading_1h', '1d': 'reading_1d' } as const;

/** Readings of one series in the order of time. */
export class ReadingReader {
  constructor(private readonly db: Queryable) {}

  /** Undefined if the device never reported the metric. @throws DatabaseError */
  async findSeries(deviceId: string, metric: string): Promise<Series | undefined> {
    const [series] = await selectRows<Series>(
      this.db,
      'looking up a series',
      `SELECT series_id AS "seriesId", unit,
              -- Ordered, so that it is one descent of an index however much there is.
              (SELECT true FROM reading_1m m WHERE m.series_id = s.series_id ORDER BY bucket DESC LIMIT 1)
                IS NOT NULL AS "hasNumbers"
       FROM series s WHERE device_id = $1 AND metric = $2`,
      [deviceId, metric],
    );
    return series;
  }

  /**
   * Stored readings, numbers and states merged by time. The first page also has the state that began before the range
   * and still held when it began. @throws DatabaseError
   */
  async raw(seriesId: number, range: ReadingRange): Promise<Page<RawPoint, number>> {
    const rows = await selectRows<RawPoint>(
      this.db,
      'reading raw readings',
      `SELECT time, n.value, t.value AS text, t.until_time AS "untilTime"
       FROM (SELECT time, value FROM reading
             WHERE series_id = $1 AND time >= $2 AND time < $3 AND ($4::timestamptz IS NULL OR time > $4)
             ORDER BY time LIMIT $5) n
       FULL JOIN (
             (SELECT time, value, until_time FROM (
                SELECT time, value, until_time FROM reading_text
                WHERE series_id = $1 AND time < $2 AND $4::timestamptz IS NULL ORDER BY time DESC LIMIT 1) before
              WHERE until_time >= $2)
             UNION ALL
             (SELECT time, value, until_time FROM reading_text
              WHERE series_id = $1 AND time >= $2 AND time < $3 AND ($4::timestamptz IS NULL OR time > $4)
              ORDER BY time LIMIT $5)) t USING (time)
       ORDER BY time LIMIT $5`,
      [seriesId, ...timesOf(range), range.limit + 1],
    );
    return pageOf(rows, range.limit, (point) => point.time.getTime());
  }

  /** Buckets that overlap the range; the first may begin before it. @throws DatabaseError */
  async rollup(
    seriesId: number,
    resolution: Exclude<Resolution, 'raw'>,
    range: ReadingRange,
  ): Promise<Page<RollupPoint, number>> {
    const fromMs = bucketStart(range.fromMs, BUCKET_MS[resolution]);
    const rows = await selectRows<RollupPoint>(
      this.db,
      `reading rollups of ${resolution}`,
      `SELECT bucket, count::float8, min, max, sum / count AS avg, first, last FROM ${ROLLUP_VIEWS[resolution]}
       WHERE series_id = $1 AND bucket >= $2 AND bucket < $3 AND ($4::timestamptz IS NULL OR bucket > $4)
       ORDER BY bucket LIMIT $5`,
      [seriesId, ...timesOf({ ...range, fromMs }), range.limit + 1],
    );
    return pageOf(rows, range.limit, (point) => point.bucket.getTime());
  }
}

function timesOf(range: ReadingRange): (string | null)[] {
  return [range.fromMs, range.toMs, range.afterMs].map((timeMs) =>
    timeMs === undefined ? null : new Date(timeMs).toISOString(),
  );
}
