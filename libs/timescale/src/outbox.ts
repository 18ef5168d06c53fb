import type pg from 'pg';
import type { AlertRecord } from '@fieldstream/wire';
import { stableId } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';
import type { Queryable } from './queryable.js';

/** Ways by which a transition leaves. */
export const CHANNELS = ['stream', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A transition on its way to one receiver. */
export interface OutboxMessage {
  readonly channel: Channel;
  /** The address, or the logical topic. */
  readonly target: string;
  readonly payload: AlertRecord;
}

/** A message that this process may now try to deliver, until its lease ends. */
export interface DueNotification extends OutboxMessage {
  readonly id: string;
  /** The same at every attempt. */
  readonly idempotencyKey: string;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly createdAt: Date;
}

export interface TakeOptions {
  readonly channel: Channel;
  readonly limit: number;
  /** For how long no other process tries the messages. MUST exceed whatever one attempt can take. */
  readonly leaseMs: number;
  /** At most this many of one target. Default: `limit`. */
  readonly limitPerTarget?: number;
  /** Targets to leave out for now. */
  readonly exceptTargets?: readonly string[];
}

interface NotificationRow {
  notification_id: string;
  idempotency_key: string;
  channel: Channel;
  target: string;
  payload: AlertRecord;
  attempts: number;
  created_at: Date;
}

/**
 * The outbox, `notification`: written in the transaction that makes the transition, delivered afterwards, at least once.
 *
 * Of the messages with the same channel, target, rule and device only the oldest undelivered one is ever handed out, so
 * that each receiver gets the transitions of a rule and device in their order.
 */
export const outbox = {
  /** Adds messages on the caller's transaction. One that is there already is left as it is. */
  async add(client: Queryable, messages: readonly OutboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await client.query(
      `INSERT INTO notification (idempotency_key, sequence, channel, target, payload)
       SELECT idempotency_key, sequence, channel, target, payload
       FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::jsonb[]) WITH ORDINALITY
         AS n (idempotency_key, sequence, channel, target, payload, place)
       ORDER BY place ON CONFLICT DO NOTHING`,
      [
        messages.map(keyOf),
        messages.map((message) => message.payload.sequence),
        messages.map((message) => message.channel),
        messages.map((message) => message.target),
        messages.map((message) => JSON.stringify(message.payload)),
      ],
    );
  },

  /** Takes messages that are due, oldest first, and leases them. @throws DatabaseError */
  async take(pool: pg.Pool, options: TakeOptions): Promise<DueNotification[]> {
    const { channel, limit, leaseMs, limitPerTarget = limit, exceptTargets = [] } = options;
    try {
      const { rows } = await pool.query<NotificationRow>({
        name: 'take-notifications',
        text: `WITH open AS (
                 SELECT notification_id, target, next_attempt_at,
                        row_number() OVER (PARTITION BY target, payload->>'ruleId', payload->>'deviceId'
                                           ORDER BY notification_id) AS place
                 FROM notification WHERE channel = $1 AND delivered_at IS NULL AND failed_at IS NULL
               ), due AS (
                 SELECT notification_id, row_number() OVER (PARTITION BY target ORDER BY notification_id) AS place
                 FROM open WHERE place = 1 AND next_attempt_at <= now() AND target <> ALL ($5::text[])
               ), taken AS (
                 SELECT notification_id FROM notification
                 WHERE notification_id IN (SELECT notification_id FROM due WHERE place <= $4)
                   AND next_attempt_at <= now() AND delivered_at IS NULL AND failed_at IS NULL
                 ORDER BY notification_id LIMIT $2 FOR UPDATE SKIP LOCKED
               )
               UPDATE notification n SET next_attempt_at = now() + $3 * INTERVAL '1 millisecond'
               FROM taken WHERE n.notification_id = taken.notification_id
               RETURNING n.notification_id, n.idempotency_key, n.channel, n.target, n.payload, n.attempts, n.created_at`,
        values: [channel, limit, leaseMs, limitPerTarget, exceptTargets],
      });
      return rows.map(toDue).sort((a, b) => a.payload.sequence - b.payload.sequence);
    } catch (error) {
      throw toDatabaseError(error, 'taking notifications');
    }
  },

  /** @throws DatabaseError */
  async markDelivered(pool: pg.Pool, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    try {
      await pool.query(
        `UPDATE notification SET delivered_at = now(), attempts = attempts + 1, last_error = NULL
         WHERE notification_id = ANY ($1::bigint[])`,
        [ids],
      );
    } catch (error) {
      throw toDatabaseError(error, 'marking notifications as delivered');
    }
  },

  /** Notes a failed attempt and when the next one is due; `retryInMs` undefined gives the message up. @throws DatabaseError */
  async markFailed(pool: pg.Pool, id: string, reason: string, retryInMs: number | undefined): Promise<void> {
    try {
      await pool.query(
        `UPDATE notification SET attempts = attempts + 1, last_error = $2,
           failed_at = CASE WHEN $3::float8 IS NULL THEN now() END,
           next_attempt_at = now() + coalesce($3::float8, 0) * INTERVAL '1 millisecond'
         WHERE notification_id = $1 AND delivered_at IS NULL`,
        [id, reason.replaceAll('\u0000', '').slice(0, 500), retryInMs ?? null],
      );
    } catch (error) {
      throw toDatabaseError(error, 'noting a failed notification');
    }
  },

  /** How many messages are neither delivered nor given up. @throws DatabaseError */
  async countPending(pool: pg.Pool): Promise<number> {
    try {
      const { rows } = await pool.query<{ count: string }>(
        'SELECT count(*) AS count FROM notification WHERE delivered_at IS NULL AND failed_at IS NULL',
      );
      return Number(rows[0]?.count ?? 0);
    } catch (error) {
      throw toDatabaseError(error, 'counting notifications');
    }
  },
};

/** Plain ASCII, as it is sent in an HTTP header. */
function keyOf({ channel, target, payload }: OutboxMessage): string {
  const receiver = channel === 'stream' ? 'stream' : `webhook-${stableId(target).slice(0, 16)}`;
  return `${payload.alertId}-${payload.state}-${receiver}`;
}

function toDue(row: NotificationRow): DueNotification {
  return {
    id: row.notification_id,
    idempotencyKey: row.idempotency_key,
    channel: row.channel,
    target: row.target,
    payload: row.payload,
    attempts: row.attempts,
    createdAt: row.created_at,
  };
}
