import type pg from 'pg';
import { COMMAND_LEASE_S } from './command-store.js';
import { toDatabaseError } from './database-error.js';

/** A command that Kafka has not got as it stands. */
export interface DueCommand {
  readonly commandId: string;
  readonly deviceId: string;
  readonly status: 'queued' | 'cancelled';
  readonly topic: string;
  readonly scope: string;
  readonly message: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

interface DueRow {
  command_id: string;
  sequence: string;
  device_id: string;
  status: 'queued' | 'cancelled';
  topic: string;
  scope: string;
  message: Buffer;
  created_at: Date;
  expires_at: Date;
}

const AT_A_TIME = 200;
const DELETED_AT_A_TIME = 1_000;

/** What of `device_command` Kafka has not got yet. Every method throws DatabaseError. */
export class CommandOutbox {
  constructor(private readonly pool: pg.Pool) {}

  /** Leases what nobody else has leased, the oldest first. What has expired is not worth publishing. */
  async lease(): Promise<DueCommand[]> {
    const rows = await this.#query<DueRow>(
      `UPDATE device_command SET leased_until = now() + ${COMMAND_LEASE_S} * INTERVAL '1 second'
       WHERE command_id IN (
         SELECT command_id FROM device_command
         WHERE NOT published AND leased_until < now() AND status IN ('queued', 'cancelled') AND expires_at > now()
         ORDER BY sequence LIMIT ${AT_A_TIME} FOR UPDATE SKIP LOCKED)
       RETURNING command_id, sequence, device_id, status, topic, scope, message, created_at, expires_at`,
    );
    return rows
      .sort((one, other) => Number(one.sequence) - Number(other.sequence))
      .map((row) => ({
        commandId: row.command_id,
        deviceId: row.device_id,
        status: row.status,
        topic: row.topic,
        scope: row.scope,
        message: row.message.toString('utf8'),
        createdAt: row.created_at,
        expiresAt: row.expires_at,
      }));
  }

  /** Kafka has it with this status. A command that was cancelled meanwhile stays due. */
  async markPublished(commandId: string, status: DueCommand['status']): Promise<void> {
    // A bridge may have delivered it already: what was to be published is then out of date, and published all the same.
    await this.#query(
      `UPDATE device_command SET published = true WHERE command_id = $1 AND (status = $2 OR status <> 'cancelled')`,
      [commandId, status],
    );
  }

  /** Has it published again soon. */
  async release(commandId: string): Promise<void> {
    await this.#query(`UPDATE device_command SET leased_until = '-infinity' WHERE command_id = $1`, [
      commandId,
    ]);
  }

  /** Has everything that waits published once more: for a Kafka that has lost it. */
  async publishAllAgain(): Promise<void> {
    await this.#query(
      `UPDATE device_command SET published = false, leased_until = '-infinity'
       WHERE status = 'queued' AND published AND expires_at > now()`,
    );
  }

  /** Deletes commands that were given so long ago, in small statements. */
  async deleteOlderThan(days: number, isStopped: () => boolean): Promise<void> {
    for (;;) {
      const rows = await this.#query(
        `DELETE FROM device_command WHERE command_id IN (
           SELECT command_id FROM device_command WHERE created_at < now() - $1 * INTERVAL '1 day'
           ORDER BY created_at LIMIT ${DELETED_AT_A_TIME}) RETURNING 1`,
        [days],
      );
      if (rows.length < DELETED_AT_A_TIME || isStopped()) return;
    }
  }

  async #query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    try {
      return (await this.pool.query<R>(sql, values)).rows;
    } catch (error) {
      throw toDatabaseError(error, 'publishing commands');
    }
  }
}
