import type pg from 'pg';
import type { AlertRecord } from '@fieldstream/wire';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { type AlertRow, toAlertRecord } from './alert-row.js';
import { toDatabaseError } from './database-error.js';
import { inTransaction } from './pool.js';
import type { Queryable } from './queryable.js';

/** What was deleted of one device. */
export interface DeletedHistory {
  readonly deviceId: string;
  readonly readings: number;
  readonly alerts: number;
}

const DECOMPRESS = 'SET LOCAL timescaledb.max_tuples_decompressed_per_dml_transaction = 0';
const ALERTS_AT_A_TIME = 500;

/**
 * Deletes everything of the devices in `device_deletion`: readings, rollups, states, alerts, events, dead letters and the
 * device itself. A day of one series at a time, in transactions of their own, so that the writers are never held up
 * for long; only the last, small one keeps them out. Interrupted anywhere, it goes on from there. Every method throws
 * DatabaseError.
 */
export class DeviceDeletions {
  constructor(
    private readonly pool: pg.Pool,
    /** Tells whoever shows alerts; a rejection ends the deletion for now. */
    private readonly tellResolved: (alerts: readonly AlertRecord[]) => Promise<void>,
  ) {}

  /** Whether the device is waiting to be deleted. */
  async isPending(deviceId: string): Promise<boolean> {
    const { rows } = await this.#query('SELECT 1 FROM device_deletion WHERE device_id = $1', [deviceId]);
    return rows.length > 0;
  }

  /**
   * Deletes the device that has waited longest. Two processes that do so at a time do what is left twice, which changes
   * nothing.
   * @param isStopped Asked between the transactions.
   * @returns Undefined where none waits, and when stopped.
   */
  async deleteNext(isStopped: () => boolean): Promise<DeletedHistory | undefined> {
    const { rows } = await this.#query<{ device_id: string }>(
      'SELECT device_id FROM device_deletion ORDER BY requested_at, device_id LIMIT 1',
    );
    const deviceId = rows[0]?.device_id;
    if (deviceId === undefined) return undefined;
    const { rows: series } = await this.#query<{ series_id: number }>(
      'SELECT series_id FROM series WHERE device_id = $1 ORDER BY series_id',
      [deviceId],
    );
    let readings = 0;
    for (const { series_id: seriesId } of series) {
      for (;;) {
        if (isStopped()) return undefined;
        const deleted = await this.#deleteOldestDay(seriesId);
        if (deleted === undefined) break;
        readings += deleted;
      }
    }
    await this.#resolveAlerts(deviceId);
    let alerts = 0;
    for (;;) {
      if (isStopped()) return undefined;
      const { rowCount } = await this.#query(DELETE_ALERTS, [deviceId]);
      alerts += rowCount ?? 0;
      if ((rowCount ?? 0) < ALERTS_AT_A_TIME) break;
    }
    await this.#query('DELETE FROM device_event WHERE device_id = $1', [deviceId]);
    await this.#query('DELETE FROM dead_letter WHERE device_id = $1', [deviceId]);
    readings += await this.#deleteRest(deviceId);
    return { deviceId, readings, alerts };
  }

  /** What fires is retained by the bridges; nobody else would tell them that it is gone. */
  async #resolveAlerts(deviceId: string): Promise<void> {
    const { rows } = await this.#query<AlertRow & { sequence: string; at: Date }>(
      `SELECT a.*, nextval(pg_get_serial_sequence('alert_event', 'sequence')) AS sequence, now() AS at
       FROM alert a WHERE device_id = $1 AND state = 'firing'`,
      [deviceId],
    );
    const resolved = rows.map((row) => {
      const summary = `${row.rule_name}: resolved, because the device ${deviceId} was deleted`;
      const alert = { ...row, state: 'resolved' as const, value: null, text: null, summary };
      return toAlertRecord(alert, {
        change: 'resolved',
        sequence: Number(row.sequence),
        atMs: row.at.getTime(),
      });
    });
    if (resolved.length > 0) await this.tellResolved(resolved);
  }

  /** Raw data and rollups in one transaction, so that they agree at every commit. Undefined where none is left. */
  #deleteOldestDay(seriesId: number): Promise<number | undefined> {
    return inTransaction(this.pool, 'deleting readings of a device', async (client) => {
      await client.query(DECOMPRESS);
      const { rows } = await client.query<{ until: Date | null }>(
        `SELECT date_trunc('day', least((SELECT min(time) FROM reading WHERE series_id = $1),
                                        (SELECT min(bucket) FROM reading_1m WHERE series_id = $1),
                                        (SELECT min(time) FROM reading_text WHERE series_id = $1)), 'UTC')
           + INTERVAL '1 day' AS until`,
        [seriesId],
      );
      const until = rows[0]?.until;
      return until ? deleteBefore(client, [seriesId], until) : undefined;
    });
  }

  /** Keeps the writers out, so that nothing comes after what is deleted here. */
  #deleteRest(deviceId: string): Promise<number> {
    return inTransaction(this.pool, 'deleting a device', async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.seriesDeletion})`);
      await client.query(DECOMPRESS);
      const { rows } = await client.query<{ series_id: number }>(
        'SELECT series_id FROM series WHERE device_id = $1',
        [deviceId],
      );
      const series = rows.map((row) => row.series_id);
      const readings = series.length === 0 ? 0 : await deleteBefore(client, series, 'infinity');
      await client.query('DELETE FROM alert_state WHERE device_id = $1', [deviceId]);
      await client.query('DELETE FROM device WHERE device_id = $1', [deviceId]);
      await client.query('DELETE FROM device_deletion WHERE device_id = $1', [deviceId]);
      return readings;
    });
  }

  async #query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<pg.QueryResult<R>> {
    try {
      return await this.pool.query<R>(sql, values);
    } catch (error) {
      throw toDatabaseError(error, 'deleting a device');
    }
  }
}

// Foreign keys are checked at the end of the statement, when all three are gone.
const DELETE_ALERTS = `
  WITH chosen AS (
    SELECT alert_id FROM alert WHERE device_id = $1 ORDER BY fired_at LIMIT ${ALERTS_AT_A_TIME} FOR UPDATE
  ), notifications AS (
    DELETE FROM notification n USING chosen, alert_event e
    WHERE e.alert_id = chosen.alert_id AND n.sequence = e.sequence
  ), events AS (DELETE FROM alert_event e USING chosen WHERE e.alert_id = chosen.alert_id)
  DELETE FROM alert a USING chosen WHERE a.alert_id = chosen.alert_id`;

/** Everything of these series before a time; returns the readings. */
async function deleteBefore(
  client: Queryable,
  series: readonly number[],
  until: Date | 'infinity',
): Promise<number> {
  const values = [series, until];
  const { rowCount: numbers } = await client.query(
    'DELETE FROM reading WHERE series_id = ANY ($1::int[]) AND time < $2::timestamptz',
    values,
  );
  await client.query(
    'DELETE FROM reading_1m WHERE series_id = ANY ($1::int[]) AND bucket < $2::timestamptz',
    values,
  );
  const { rowCount: texts } = await client.query(
    'DELETE FROM reading_text WHERE series_id = ANY ($1::int[]) AND time < $2::timestamptz',
    values,
  );
  return (numbers ?? 0) + (texts ?? 0);
}
