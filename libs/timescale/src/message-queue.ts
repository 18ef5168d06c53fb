import type pg from 'pg';
import type { AlertRecord } from '@fieldstream/wire';
import { toDatabaseError } from './database-error.js';
import { storable } from './outbox.js';
import { inTransaction } from './pool.js';

/** A message that this process may now try to send, until its lease ends. */
export interface DueMessage {
  readonly id: string;
  /** The same at every attempt, and of this message alone. */
  readonly idempotencyKey: string;
  /** ID of the channel. */
  readonly target: string;
  /** Null where there is no such channel any more. */
  readonly channelType: string | null;
  /** Null for a digest: a message over several rules. */
  readonly ruleId: string | null;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly createdAt: Date;
  /** In order of sequence. */
  readonly alerts: readonly AlertRecord[];
}

export interface TakeMessagesOptions {
  readonly limit: number;
  readonly limitPerChannel: number;
  /** How many further attempts all processes may have under way, so that receivers that hang leave room for the others. */
  readonly limitRetries: number;
  /** What the caller has under way: channel → how many. They count towards the limit per channel. */
  readonly underWay: ReadonlyMap<string, number>;
  /** For how long no other process tries them, unless the lease is renewed. */
  readonly leaseMs: number;
}

interface MessageRow {
  message_id: string;
  idempotency_key: string;
  channel_id: string;
  channel_type: string | null;
  rule_id: string | null;
  attempts: number;
  created_at: Date;
}

const OPEN = 'delivered_at IS NULL AND failed_at IS NULL';

/**
 * Messages to channels, `notification_message`, each sent at least once. `formMessages` makes them.
 *
 * An attempt is counted when it begins, and takes the last error away: a message with an error waits for its next
 * attempt; one without has not been tried, or is being tried.
 */
export const messageQueue = {
  /** Takes messages that are due, those that never failed first, and leases them. @throws DatabaseError */
  async take(pool: pg.Pool, options: TakeMessagesOptions): Promise<DueMessage[]> {
    const { limit, limitPerChannel, limitRetries, underWay, leaseMs } = options;
    return inTransaction(pool, 'taking messages', async (client) => {
      const { rows } = await client.query<MessageRow>({
        name: 'take-messages',
        text: `WITH open AS (
                 SELECT message_id, channel_id, attempts, next_attempt_at, last_error FROM notification_message
                 WHERE ${OPEN}
               ), due AS (
                 SELECT message_id, channel_id, attempts, next_attempt_at,
                        row_number() OVER (PARTITION BY channel_id ORDER BY attempts > 0, message_id) AS place
                 FROM open WHERE next_attempt_at <= now()
               ), possible AS (
                 SELECT message_id, attempts,
                        row_number() OVER (PARTITION BY attempts > 0 ORDER BY next_attempt_at, message_id) AS place
                 FROM due WHERE place <= $2 - coalesce(($3::jsonb->>channel_id)::int, 0)
               ), taken AS (
                 SELECT message_id FROM notification_message
                 WHERE message_id IN (
                     SELECT message_id FROM possible WHERE attempts = 0 OR place <= $5 - (
                       SELECT count(*) FROM open WHERE attempts > 1 AND last_error IS NULL AND next_attempt_at > now()))
                   AND ${OPEN} AND next_attempt_at <= now()
                 ORDER BY attempts > 0, message_id LIMIT $1 FOR UPDATE SKIP LOCKED
               )
               UPDATE notification_message m SET attempts = attempts + 1, last_error = NULL,
                 next_attempt_at = now() + $4 * INTERVAL '1 millisecond'
               FROM taken WHERE m.message_id = taken.message_id
               RETURNING m.message_id, m.idempotency_key, m.channel_id, m.rule_id, m.attempts, m.created_at,
                 (SELECT type FROM notification_channel c WHERE c.channel_id = m.channel_id) AS channel_type`,
        values: [limit, limitPerChannel, JSON.stringify(Object.fromEntries(underWay)), leaseMs, limitRetries],
      });
      if (rows.length === 0) return [];
      const { rows: contents } = await client.query<{ message_id: string; payload: AlertRecord }>(
        'SELECT message_id, payload FROM notification WHERE message_id = ANY ($1::bigint[]) ORDER BY sequence',
        [rows.map(({ message_id }) => message_id)],
      );
      const alerts = new Map<string, AlertRecord[]>(rows.map(({ message_id }) => [message_id, []]));
      for (const { message_id, payload } of contents) alerts.get(message_id)?.push(payload);
      return rows.map((row) => ({
        id: row.message_id,
        idempotencyKey: row.idempotency_key,
        target: row.channel_id,
        channelType: row.channel_type,
        ruleId: row.rule_id,
        attempts: row.attempts - 1,
        createdAt: row.created_at,
        alerts: alerts.get(row.message_id) ?? [],
      }));
    });
  },

  /** Keeps messages that are under way from being taken by another process. @throws DatabaseError */
  async renew(pool: pg.Pool, ids: readonly string[], leaseMs: number): Promise<void> {
    if (ids.length === 0) return;
    try {
      await pool.query(
        `UPDATE notification_message SET next_attempt_at = now() + $2 * INTERVAL '1 millisecond'
         WHERE message_id = ANY ($1::bigint[]) AND last_error IS NULL AND ${OPEN}`,
        [ids, leaseMs],
      );
    } catch (error) {
      throw toDatabaseError(error, 'renewing the lease of messages');
    }
  },

  /**
   * Notes messages as delivered, with their notifications. What failed at the same channels is due at once: the receiver
   * is there again.
   * @throws DatabaseError
   */
  async markDelivered(pool: pg.Pool, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await inTransaction(pool, 'marking messages as delivered', async (client) => {
      const { rows } = await client.query<{ channel_id: string }>(
        `UPDATE notification_message SET delivered_at = now(), last_error = NULL
         WHERE message_id = ANY ($1::bigint[]) RETURNING channel_id`,
        [ids],
      );
      await client.query(
        'UPDATE notification SET delivered_at = now() WHERE message_id = ANY ($1::bigint[])',
        [ids],
      );
      await client.query(
        `UPDATE notification_message SET next_attempt_at = now()
         WHERE message_id IN (
           SELECT message_id FROM notification_message
           WHERE channel_id = ANY ($1) AND ${OPEN} AND last_error IS NOT NULL AND next_attempt_at > now()
           ORDER BY message_id FOR UPDATE SKIP LOCKED)`,
        [[...new Set(rows.map(({ channel_id }) => channel_id))]],
      );
    });
  },

  /**
   * Notes a failed attempt and when the next one is due; `retryInMs` undefined gives the message up, with its
   * notifications.
   * @throws DatabaseError
   */
  async markFailed(pool: pg.Pool, id: string, reason: string, retryInMs: number | undefined): Promise<void> {
    await inTransaction(pool, 'noting a failed message', async (client) => {
      await client.query(
        `UPDATE notification_message SET last_error = $2,
           failed_at = CASE WHEN $3::float8 IS NULL THEN now() END,
           next_attempt_at = now() + coalesce($3::float8, 0) * INTERVAL '1 millisecond'
         WHERE message_id = $1 AND delivered_at IS NULL`,
        [id, storable(reason), retryInMs ?? null],
      );
      if (retryInMs !== undefined) return;
      await client.query(
        `UPDATE notification SET failed_at = now(), last_error = $2
         WHERE message_id = $1 AND delivered_at IS NULL`,
        [id, storable(reason)],
      );
    });
  },
};
