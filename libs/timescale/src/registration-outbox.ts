import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { toDatabaseError } from './database-error.js';

/** A registration as it is to be published. */
export interface DueRegistration {
  readonly deviceId: string;
  /** Null: the device is registered no more. */
  readonly tokenHash: string | null;
  readonly disabled: boolean;
  /** The device that may speak for it. */
  readonly gatewayId: string | null;
}

interface RegistrationRow {
  device_id: string;
  token_hash: string | null;
  disabled: boolean;
  gateway_id: string | null;
  revision: string;
}

const AT_A_TIME = 500;

/** What of `device_registration` Kafka has not got yet. Every method throws DatabaseError. */
export class RegistrationOutbox {
  readonly #holder = randomUUID();

  constructor(
    private readonly pool: pg.Pool,
    /** For how long no other process publishes. MUST exceed whatever `publish` can take. */
    private readonly leaseMs: number,
  ) {}

  /**
   * Hands over the registrations that changed, those that changed first first, and notes that they are published once
   * `publish` has resolved. One process does so at a time, so that an older state never follows a newer one; one call at a
   * time, too.
   * @returns How many were published; 0 also while another process is at it.
   * @throws whatever `publish` throws; the same registrations are handed over again then
   */
  async publishDue(publish: (due: readonly DueRegistration[]) => Promise<void>): Promise<number> {
    // Most of the time nothing is due, and nobody needs the lease for seeing that.
    if ((await this.#due()).length === 0 || !(await this.#lease())) return 0;
    try {
      const rows = await this.#due();
      if (rows.length === 0) return 0;
      await publish(
        rows.map((row) => ({
          deviceId: row.device_id,
          tokenHash: row.token_hash,
          disabled: row.disabled,
          gatewayId: row.gateway_id,
        })),
      );
      // What has changed again meanwhile has a greater revision, and is due once more.
      await this.#query(
        `UPDATE device_registration r SET published_revision = p.revision
         FROM unnest($1::text[], $2::bigint[]) AS p (device_id, revision) WHERE r.device_id = p.device_id`,
        [rows.map((row) => row.device_id), rows.map((row) => row.revision)],
      );
      return rows.length;
    } finally {
      await this.#query(
        `UPDATE device_registration_publisher SET leased_until = '-infinity' WHERE holder = $1`,
        [this.#holder],
      );
    }
  }

  /** Has everything published once more: for a Kafka that may have lost it. */
  async publishAllAgain(): Promise<void> {
    await this.#query('UPDATE device_registration SET published_revision = -1 WHERE published_revision >= 0');
  }

  #due(): Promise<RegistrationRow[]> {
    return this.#query<RegistrationRow>(
      `SELECT device_id, token_hash, disabled_at IS NOT NULL AS disabled, gateway_id, revision FROM device_registration
       WHERE published_revision < revision ORDER BY revision LIMIT ${AT_A_TIME}`,
    );
  }

  async #lease(): Promise<boolean> {
    const rows = await this.#query(
      `UPDATE device_registration_publisher SET holder = $1, leased_until = now() + $2 * INTERVAL '1 millisecond'
       WHERE holder = $1 OR leased_until < now() RETURNING 1`,
      [this.#holder, this.leaseMs],
    );
    return rows.length > 0;
  }

  async #query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    try {
      return (await this.pool.query<R>(sql, values)).rows;
    } catch (error) {
      throw toDatabaseError(error, 'publishing the registry');
    }
  }
}
