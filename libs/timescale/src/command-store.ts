import pg from 'pg';
import type { CommandStatus } from '@fieldstream/domain';
import { DatabaseError, toDatabaseError } from './database-error.js';
import { pageOf, type Page } from './read/page.js';

/** A command that is to be stored. */
export interface NewCommand {
  readonly commandId: string;
  readonly deviceId: string;
  readonly name: string | undefined;
  /** JSON text; undefined: none was given. */
  readonly payload: string | undefined;
  readonly topic: string;
  readonly scope: string;
  readonly message: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** A command as it stands. */
export interface StoredCommand {
  readonly commandId: string;
  readonly deviceId: string;
  readonly name: string | null;
  /** JSON text. */
  readonly payload: string | null;
  /** MQTT topic. */
  readonly topic: string;
  readonly status: CommandStatus;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly deliveredAt: Date | null;
  readonly answeredAt: Date | null;
  readonly cancelledAt: Date | null;
  readonly outcome: 'ok' | 'error' | null;
  readonly answer: string | null;
}

/** What is known of a device for the sake of its commands. */
export interface CommandAddress {
  readonly family: string | null;
  readonly address: string | null;
}

interface CommandRow {
  command_id: string;
  sequence: string;
  device_id: string;
  name: string | null;
  payload: string | null;
  topic: string;
  status: CommandStatus;
  created_at: Date;
  expires_at: Date;
  delivered_at: Date | null;
  answered_at: Date | null;
  cancelled_at: Date | null;
  outcome: 'ok' | 'error' | null;
  answer: string | null;
}

/** Longer than the producer tries. */
export const COMMAND_LEASE_S = 30;

const FOREIGN_KEY_VIOLATION = '23503';
const COLUMNS = `command_id, sequence, device_id, name, payload, topic, created_at, expires_at, delivered_at, answered_at,
  cancelled_at, outcome, answer, CASE WHEN status = 'queued' AND expires_at <= now() THEN 'expired' ELSE status END AS status`;

/** Commands to devices, as people give and read them. Every method throws DatabaseError. */
export class CommandStore {
  constructor(private readonly pool: pg.Pool) {}

  /** Undefined where there is no such device. */
  async addressOf(deviceId: string): Promise<CommandAddress | undefined> {
    const sql = 'SELECT family, address FROM device WHERE device_id = $1';
    const [row] = await this.#query<CommandAddress>('looking up a device', sql, [deviceId]);
    return row;
  }

  /** Stores a command. The caller has it leased, and MUST have it published (`CommandOutbox`). */
  async add(command: NewCommand, maxWaiting: number): Promise<'added' | 'no-device' | 'too-many-waiting'> {
    try {
      const rows = await this.#query(
        'storing a command',
        `INSERT INTO device_command (command_id, device_id, name, payload, topic, scope, message, created_at, expires_at,
           leased_until)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, now() + ${COMMAND_LEASE_S} * INTERVAL '1 second'
         WHERE (SELECT count(*) FROM device_command WHERE device_id = $2 AND status = 'queued' AND expires_at > now()) < $10
         RETURNING 1`,
        [
          command.commandId,
          command.deviceId,
          command.name ?? null,
          command.payload ?? null,
          command.topic,
          command.scope,
          Buffer.from(command.message),
          command.createdAt,
          command.expiresAt,
          maxWaiting,
        ],
      );
      return rows.length > 0 ? 'added' : 'too-many-waiting';
    } catch (error) {
      if (isForeignKeyViolation(error)) return 'no-device';
      throw error;
    }
  }

  /** Newest first. */
  async list(
    deviceId: string,
    { before, limit }: { readonly before: number | undefined; readonly limit: number },
  ): Promise<Page<StoredCommand, number>> {
    const rows = await this.#query<CommandRow>(
      'listing commands',
      `SELECT ${COLUMNS} FROM device_command WHERE device_id = $1 AND ($2::bigint IS NULL OR sequence < $2)
       ORDER BY sequence DESC LIMIT $3`,
      [deviceId, before ?? null, limit + 1],
    );
    const page = pageOf(rows, limit, (row) => Number(row.sequence));
    return { items: page.items.map(toCommand), next: page.next };
  }

  async find(deviceId: string, commandId: string): Promise<StoredCommand | undefined> {
    const sql = `SELECT ${COLUMNS} FROM device_command WHERE device_id = $1 AND command_id = $2`;
    const [row] = await this.#query<CommandRow>('reading a command', sql, [deviceId, commandId]);
    return row && toCommand(row);
  }

  /** True where it was still queued. Then the caller has it leased, and MUST have it published (`CommandOutbox`). */
  async cancel(deviceId: string, commandId: string): Promise<boolean> {
    const rows = await this.#query(
      'cancelling a command',
      `UPDATE device_command SET status = 'cancelled', cancelled_at = now(), published = false,
         leased_until = now() + ${COMMAND_LEASE_S} * INTERVAL '1 second'
       WHERE device_id = $1 AND command_id = $2 AND status = 'queued' AND expires_at > now() RETURNING 1`,
      [deviceId, commandId],
    );
    return rows.length > 0;
  }

  async #query<R extends pg.QueryResultRow>(doing: string, sql: string, values: unknown[]): Promise<R[]> {
    try {
      return (await this.pool.query<R>(sql, values)).rows;
    } catch (error) {
      throw toDatabaseError(error, doing);
    }
  }
}

function isForeignKeyViolation(error: unknown): boolean {
  return (
    error instanceof DatabaseError &&
    error.cause instanceof pg.DatabaseError &&
    error.cause.code === FOREIGN_KEY_VIOLATION
  );
}

function toCommand(row: CommandRow): StoredCommand {
  return {
    commandId: row.command_id,
    deviceId: row.device_id,
    name: row.name,
    payload: row.payload,
    topic: row.topic,
    status: row.status,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    deliveredAt: row.delivered_at,
    answeredAt: row.answered_at,
    cancelledAt: row.cancelled_at,
    outcome: row.outcome,
    answer: row.answer,
  };
}
