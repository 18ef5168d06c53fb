import type { Observation } from '@fieldstream/domain';
import { PRESENCE_ROWS } from '../device-event-writer.js';
import type { Queryable } from '../queryable.js';
import { selectRows } from './select-rows.js';

/** A series, with what a rule's scope looks at. */
export interface NamedSeries {
  readonly seriesId: number;
  readonly deviceId: string;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A device, with what a rule's scope looks at. */
export interface NamedDevice {
  readonly deviceId: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface SeriesSearch {
  /** Patterns in which `*` stands for any characters. */
  readonly devices: readonly string[];
  readonly metrics: readonly string[];
  /** Series that are older than the one with this ID. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface DeviceSearch {
  readonly devices: readonly string[];
  /** Devices after this one in the order of the list. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Both ends included. */
export interface HistoryRange {
  readonly fromMs: number;
  readonly toMs: number;
  /** Rows of one page. */
  readonly pageRows: number;
}

/** Stored history as rules see it: observations in the order of time, page by page, so that it never is in memory whole. */
export class HistoryReader {
  constructor(private readonly db: Queryable) {}

  /** Series whose device and metric fit, the newest series first. @throws DatabaseError */
  async series({ devices, metrics, before, limit }: SeriesSearch): Promise<NamedSeries[]> {
    return selectRows<NamedSeries>(
      this.db,
      'looking for series',
      `SELECT s.series_id AS "seriesId", s.device_id AS "deviceId", s.metric, d.labels
       FROM series s JOIN device d USING (device_id)
       WHERE s.device_id LIKE ANY ($1::text[]) AND s.metric LIKE ANY ($2::text[])
         AND ($3::int IS NULL OR s.series_id < $3)
       ORDER BY s.series_id DESC LIMIT $4`,
      [devices.map(toLike), metrics.map(toLike), before ?? null, limit],
    );
  }

  /** Devices that fit, the newest first. @throws DatabaseError */
  async devices({ devices, after, limit }: DeviceSearch): Promise<NamedDevice[]> {
    return selectRows<NamedDevice>(
      this.db,
      'looking for devices',
      `SELECT device_id AS "deviceId", labels FROM device
       WHERE device_id LIKE ANY ($1::text[])
         AND ($2::text IS NULL
              OR (created_at, device_id) < (SELECT created_at, device_id FROM device WHERE device_id = $2))
       ORDER BY created_at DESC, device_id DESC LIMIT $3`,
      [devices.map(toLike), after ?? null, limit],
    );
  }

  /** The numbers of a series, in pages. It begins with the one that held when the range begins. @throws DatabaseError */
  async *numbers(seriesId: number, range: HistoryRange): AsyncGenerator<readonly Observation[]> {
    let start: Start | undefined = await this.startOf('reading', seriesId, range);
    while (start !== undefined) {
      const page: Observation[] = await selectRows<{ timeMs: number; value: number }>(
        this.db,
        'reading the history of a series',
        `SELECT ${EPOCH_MS('time')} AS "timeMs", value FROM reading
         WHERE series_id = $1 AND time ${start.operator} $2 AND time <= $3 ORDER BY time LIMIT $4`,
        [seriesId, iso(start.timeMs), iso(range.toMs), range.pageRows],
      );
      if (page.length > 0) yield page;
      start = nextStart(page, range);
    }
  }

  /**
   * The texts of a series, in pages: each change, and the newest repetition of what it changed to. Repetitions in between
   * are not kept. It begins with the one that held when the range begins. @throws DatabaseError
   */
  async *texts(seriesId: number, range: HistoryRange): AsyncGenerator<readonly Observation[]> {
    let start: Start | undefined = await this.startOf('reading_text', seriesId, range);
    while (start !== undefined) {
      const runs = await selectRows<{ timeMs: number; untilMs: number; value: string }>(
        this.db,
        'reading the history of a text',
        `SELECT ${EPOCH_MS('time')} AS "timeMs", ${EPOCH_MS('until_time')} AS "untilMs", value FROM reading_text
         WHERE series_id = $1 AND time ${start.operator} $2 AND time <= $3 ORDER BY time LIMIT $4`,
        [seriesId, iso(start.timeMs), iso(range.toMs), range.pageRows],
      );
      if (runs.length > 0) yield runs.flatMap((run) => observationsOf(run, range.toMs));
      start = nextStart(runs, range);
    }
  }

  /**
   * What the connections of a device told, in pages: `online` and `offline`. It begins with what held when the range
   * begins. @throws DatabaseError
   */
  async *presence(deviceId: string, range: HistoryRange): AsyncGenerator<readonly Observation[]> {
    let after: PresencePlace | undefined = await this.presenceBefore(deviceId, range);
    while (after !== undefined) {
      const rows: (PresencePlace & { timeMs: number; value: string })[] = await selectRows(
        this.db,
        'reading the history of a connection',
        `SELECT ${EPOCH_MS('e.time')} AS "timeMs", p.presence AS value, e.time::text, e.origin_partition AS partition,
                e.origin_offset::text AS offset
         FROM device_event e JOIN (VALUES ${PRESENCE_ROWS}) AS p (type, presence) USING (type)
         WHERE e.device_id = $1 AND e.time >= $2 AND e.time <= $3
           AND (e.time, e.origin_partition, e.origin_offset) > ($2, $4::int, $5::bigint)
         ORDER BY e.time, e.origin_partition, e.origin_offset LIMIT $6`,
        [deviceId, after.time, iso(range.toMs), after.partition, after.offset, range.pageRows],
      );
      if (rows.length > 0) yield rows.map(({ timeMs, value }) => ({ timeMs, value }));
      after = rows.length < range.pageRows ? undefined : rows.at(-1);
    }
  }

  /** Where the newest row at or before the range is; the range's own begin where there is none. */
  private async startOf(
    table: 'reading' | 'reading_text',
    seriesId: number,
    { fromMs }: HistoryRange,
  ): Promise<Start> {
    // By itself: what is not a plain bound on the time would be looked for in all of the history.
    const [row] = await selectRows<{ timeMs: number }>(
      this.db,
      'looking for where a history begins',
      `SELECT ${EPOCH_MS('time')} AS "timeMs" FROM ${table} WHERE series_id = $1 AND time <= $2
       ORDER BY time DESC LIMIT 1`,
      [seriesId, iso(fromMs)],
    );
    return { timeMs: row?.timeMs ?? fromMs, operator: '>=' };
  }

  private async presenceBefore(deviceId: string, { fromMs }: HistoryRange): Promise<PresencePlace> {
    const [row] = await selectRows<{ time: string }>(
      this.db,
      'looking for where a history begins',
      `SELECT e.time::text FROM device_event e JOIN (VALUES ${PRESENCE_ROWS}) AS p (type, presence) USING (type)
       WHERE e.device_id = $1 AND e.time <= $2 ORDER BY e.time DESC LIMIT 1`,
      [deviceId, iso(fromMs)],
    );
    return { time: row?.time ?? iso(fromMs), partition: -1, offset: '-1' };
  }
}

/** Stored times are whole milliseconds. */
const EPOCH_MS = (column: string): string => `floor(extract(epoch FROM ${column}) * 1000)::float8`;

interface Start {
  readonly timeMs: number;
  readonly operator: '>=' | '>';
}

interface PresencePlace {
  readonly time: string;
  readonly partition: number;
  readonly offset: string;
}

function nextStart(
  page: readonly { readonly timeMs: number }[],
  { pageRows }: HistoryRange,
): Start | undefined {
  const last = page.at(-1);
  return last === undefined || page.length < pageRows ? undefined : { timeMs: last.timeMs, operator: '>' };
}

function observationsOf(
  { timeMs, untilMs, value }: { timeMs: number; untilMs: number; value: string },
  toMs: number,
): Observation[] {
  const change = { timeMs, value };
  return untilMs > timeMs && untilMs <= toMs ? [change, { timeMs: untilMs, value }] : [change];
}

/** The same pattern for LIKE. */
function toLike(glob: string): string {
  return glob.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
