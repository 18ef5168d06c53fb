import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { PresenceState } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';
import { inTransaction } from './pool.js';
import { lockPresence } from './presence-writer.js';

/** A presence as it is to be published. */
export interface DuePresence {
  readonly deviceId: string;
  /** Null: the device is deleted. */
  readonly presence: { readonly state: PresenceState; readonly sinceMs: number } | null;
}

interface Row {
  readonly device_id: string;
  readonly presence: PresenceState;
  readonly presence_at: Date;
  readonly presence_revision: string;
}

const AT_A_TIME = 1_000;
const DOING = 'publishing the presence of devices';

/**
 * What of the presence of devices Kafka has not got yet. As with registrations one process publishes at a time, under a
 * lease, so that an older state never follows a newer one. Every method throws DatabaseError.
 */
export class PresenceOutbox {
  readonly #holder = randomUUID();

  constructor(
    private readonly pool: pg.Pool,
    /** For how long no other process publishes. MUST exceed whatever `publish` can take. */
    private readonly leaseMs: number,
  ) {}

  /**
   * Hands over the presence of the devices of which it changed, deleted ones first, and notes that it is published once
   * `publish` has resolved; one call at a time.
   * @returns How many were published; 0 also while another process is at it.
   * @throws whatever `publish` throws; the same are handed over again then
   */
  async publishDue(publish: (due: readonly DuePresence[]) => Promise<void>): Promise<number> {
    if (!(await this.#isAnythingDue()) || !(await this.#lease())) return 0;
    try {
      const removed = await this.#query<{ device_id: string }>(
        `SELECT device_id FROM device_presence_removed LIMIT ${AT_A_TIME}`,
      );
      if (removed.length > 0) return await this.#publishRemoved(removed, publish);
      const rows = await this.#query<Row>(
        `SELECT device_id, presence, presence_at, presence_revision FROM device
         WHERE presence_published < presence_revision LIMIT ${AT_A_TIME}`,
      );
      if (rows.length === 0) return 0;
      await publish(
        rows.map(({ device_id: deviceId, presence: state, presence_at: at }) => ({
          deviceId,
          presence: { state, sinceMs: at.getTime() },
        })),
      );
      // What has changed again meanwhile has a greater revision, and is due once more.
      await this.#update(
        `UPDATE device d SET presence_published = p.revision
         FROM unnest($1::text[], $2::bigint[]) AS p (device_id, revision) WHERE d.device_id = p.device_id`,
        [rows.map((row) => row.device_id), rows.map((row) => row.presence_revision)],
      );
      return rows.length;
    } finally {
      await this.#query(`UPDATE device_presence_publisher SET leased_until = '-infinity' WHERE holder = $1`, [
        this.#holder,
      ]);
    }
  }

  /** Has everything published once more: for a Kafka that has lost it. */
  async publishAllAgain(): Promise<void> {
    await this.#update('UPDATE device SET presence_published = 0 WHERE presence_published > 0');
  }

  async #publishRemoved(
    removed: readonly { readonly device_id: string }[],
    publish: (due: readonly DuePresence[]) => Promise<void>,
  ): Promise<number> {
    const ids = removed.map((row) => row.device_id);
    await publish(ids.map((deviceId) => ({ deviceId, presence: null })));
    await this.#query('DELETE FROM device_presence_removed WHERE device_id = ANY ($1::text[])', [ids]);
    // One that has come to be again meanwhile is shown again.
    await this.#update(
      'UPDATE device SET presence_published = 0 WHERE presence_published > 0 AND device_id = ANY ($1::text[])',
      [ids],
    );
    return ids.length;
  }

  async #isAnythingDue(): Promise<boolean> {
    const [row] = await this.#query<{ due: boolean }>(
      `SELECT EXISTS (SELECT FROM device WHERE presence_published < presence_revision)
           OR EXISTS (SELECT FROM device_presence_removed) AS due`,
    );
    return row?.due === true;
  }

  async #lease(): Promise<boolean> {
    const rows = await this.#query(
      `UPDATE device_presence_publisher SET holder = $1, leased_until = now() + $2 * INTERVAL '1 millisecond'
       WHERE holder = $1 OR leased_until < now() RETURNING 1`,
      [this.#holder, this.leaseMs],
    );
    return rows.length > 0;
  }

  /** Under the lock of all who lock several devices: they do not lock them in the same order. */
  #update(sql: string, values: unknown[] = []): Promise<void> {
    return inTransaction(this.pool, DOING, async (client) => {
      await lockPresence(client);
      await client.query(sql, values);
    });
  }

  async #query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    try {
      return (await this.pool.query<R>(sql, values)).rows;
    } catch (error) {
      throw toDatabaseError(error, DOING);
    }
  }
}
