import type pg from 'pg';
import type { AlertRecord } from '@fieldstream/wire';
import { toDatabaseError } from './database-error.js';
import type { Queryable } from './queryable.js';

/** A change of an alert on its way to one receiver. */
export interface OutboxMessage {
  /** `stream`: Kafka, one by one. `channel`: people, put together into messages (`message-queue.ts`). */
  readonly channel: 'stream' | 'channel';
  /** The logical topic, or the ID of the notification channel. */
  readonly target: string;
  readonly payload: AlertRecord;
}

/** A change that this process may now try to send to the stream, until its lease ends. */
export interface DueNotification {
  readonly id: string;
  /** The logical topic. */
  readonly target: string;
  readonly payload: AlertRecord;
  /** The same at every attempt. */
  readonly idempotencyKey: string;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly createdAt: Date;
}

export interface TakeOptions {
  readonly limit: number;
  /** For how long no other process tries them. MUST exceed whatever one attempt can take. */
  readonly leaseMs: number;
  /** What `outbox.start` answered a short time ago. Left out: the whole outbox is read. */
  readonly from?: bigint;
}

/** What is neither delivered nor given up. */
export interface Backlog {
  readonly notifications: number;
  readonly messages: number;
  /** Age of the oldest notification among them; 0 where there is none. */
  readonly oldestMs: number;
}

interface NotificationRow {
  notification_id: string;
  idempotency_key: string;
  target: string;
  payload: AlertRecord;
  attempts: number;
  created_at: Date;
}

/** What `notification_stream` indexes. */
const OPEN_STREAM = `channel = 'stream' AND delivered_at IS NULL AND failed_at IS NULL`;
/** Of a backlog, only so many of the oldest are looked at to find those that may be sent. */
const WINDOW = 4_000;
/** A transaction may commit after others that took greater IDs; by so many they may be ahead of it. */
const SLACK = 5_000n;

/** @internal In order of their IDs, leased ones included: whatever comes before a change of the same key is there. */
export const TAKE_STREAM = `
  WITH oldest AS MATERIALIZED (
    SELECT notification_id, next_attempt_at, rule_id, payload->>'deviceId' AS device_id, payload->>'metric' AS metric
    FROM notification WHERE ${OPEN_STREAM} AND notification_id >= $3 ORDER BY notification_id LIMIT ${WINDOW}
  ), ranked AS (
    SELECT notification_id, next_attempt_at,
           row_number() OVER (PARTITION BY rule_id, device_id, metric ORDER BY notification_id) AS place
    FROM oldest
  ), due AS MATERIALIZED (
    SELECT notification_id FROM ranked WHERE place = 1 AND next_attempt_at <= now() ORDER BY notification_id LIMIT $1
  ), taken AS (
    SELECT notification_id FROM notification
    WHERE notification_id = ANY (ARRAY(SELECT notification_id FROM due))
      AND ${OPEN_STREAM} AND next_attempt_at <= now()
    FOR UPDATE SKIP LOCKED
  )
  UPDATE notification n SET next_attempt_at = now() + $2 * INTERVAL '1 millisecond'
  FROM taken WHERE n.notification_id = taken.notification_id
  RETURNING n.notification_id, n.idempotency_key, n.target, n.payload, n.attempts, n.created_at`;

/** @internal The sum keeps the primary key out: by it, all that was ever sent would be read. */
export const START_OF_STREAM = `
  SELECT coalesce((SELECT min(notification_id + 0) FROM notification WHERE ${OPEN_STREAM}),
                  (SELECT max(notification_id) FROM notification), 0) AS start`;

/**
 * The outbox, `notification`: written in the transaction that changes an alert, sent afterwards, at least once.
 *
 * Of the changes with the same rule, device and metric only the oldest unsent one is ever handed out, so that the stream
 * gets the changes of an alert, and of the alerts that follow it, in their order.
 */
export const outbox = {
  /** Adds notifications on the caller's transaction. One that is there already is left as it is. */
  async add(client: Queryable, messages: readonly OutboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await client.query(
      `INSERT INTO notification (idempotency_key, sequence, channel, target, rule_id, payload)
       SELECT idempotency_key, sequence, channel, target, rule_id, payload
       FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::jsonb[]) WITH ORDINALITY
         AS n (idempotency_key, sequence, channel, target, rule_id, payload, place)
       ORDER BY place ON CONFLICT DO NOTHING`,
      [
        messages.map(keyOf),
        messages.map((message) => message.payload.sequence),
        messages.map((message) => message.channel),
        messages.map((message) => message.target),
        messages.map((message) => message.payload.ruleId),
        messages.map((message) => JSON.stringify(message.payload)),
      ],
    );
  },

  /**
   * The ID from which on there is something for the stream. Reads the whole backlog's index; the answer is good until
   * something of before is committed, so ask again every few seconds.
   * @throws DatabaseError
   */
  async start(pool: pg.Pool): Promise<bigint> {
    try {
      const { rows } = await pool.query<{ start: string }>(START_OF_STREAM);
      const start = BigInt(rows[0]?.start ?? 0) - SLACK;
      return start > 0n ? start : 0n;
    } catch (error) {
      throw toDatabaseError(error, 'looking for the oldest notification');
    }
  },

  /** Takes changes for the stream that are due, oldest first, and leases them. @throws DatabaseError */
  async take(pool: pg.Pool, { limit, leaseMs, from = 0n }: TakeOptions): Promise<DueNotification[]> {
    try {
      const { rows } = await pool.query<NotificationRow>({
        name: 'take-notifications',
        text: TAKE_STREAM,
        values: [limit, leaseMs, String(from)],
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

  /** Notes a failed attempt and when the next one is due; `retryInMs` undefined gives it up. @throws DatabaseError */
  async markFailed(pool: pg.Pool, id: string, reason: string, retryInMs: number | undefined): Promise<void> {
    try {
      await pool.query(
        `UPDATE notification SET attempts = attempts + 1, last_error = $2,
           failed_at = CASE WHEN $3::float8 IS NULL THEN now() END,
           next_attempt_at = now() + coalesce($3::float8, 0) * INTERVAL '1 millisecond'
         WHERE notification_id = $1 AND delivered_at IS NULL`,
        [id, storable(reason), retryInMs ?? null],
      );
    } catch (error) {
      throw toDatabaseError(error, 'noting a failed notification');
    }
  },

  /** What is neither delivered nor given up, of the stream and of all channels. @throws DatabaseError */
  async backlog(pool: pg.Pool): Promise<Backlog> {
    try {
      // By parts, because each has an index of its own.
      const { rows } = await pool.query<{
        notifications: string;
        messages: string;
        oldest_ms: number | null;
      }>(
        `WITH open AS (
           SELECT message_id FROM notification_message WHERE delivered_at IS NULL AND failed_at IS NULL
         ), part AS (
           SELECT count(*) AS count, min(created_at) AS oldest FROM notification WHERE ${OPEN_STREAM}
           UNION ALL
           SELECT count(*), min(created_at) FROM notification
           WHERE channel = 'channel' AND message_id IS NULL AND delivered_at IS NULL AND failed_at IS NULL
           UNION ALL
           SELECT count(*), min(created_at) FROM notification WHERE message_id IN (SELECT message_id FROM open)
         )
         SELECT sum(count) AS notifications, (SELECT count(*) FROM open) AS messages,
                extract(epoch FROM now() - min(oldest))::float8 * 1000 AS oldest_ms
         FROM part`,
      );
      const [row] = rows;
      return {
        notifications: Number(row?.notifications ?? 0),
        messages: Number(row?.messages ?? 0),
        oldestMs: Math.max(0, row?.oldest_ms ?? 0),
      };
    } catch (error) {
      throw toDatabaseError(error, 'counting notifications');
    }
  },
};

/** A reason as a column takes it. */
export function storable(reason: string): string {
  return reason.toWellFormed().replaceAll('\u0000', '').slice(0, 500).toWellFormed();
}

/** Plain ASCII. */
function keyOf({ channel, target, payload }: OutboxMessage): string {
  const receiver = channel === 'stream' ? 'stream' : `channel-${target}`;
  return `${payload.alertId}-${payload.change}-${payload.sequence}-${receiver}`;
}

function toDue(row: NotificationRow): DueNotification {
  return {
    id: row.notification_id,
    idempotencyKey: row.idempotency_key,
    target: row.target,
    payload: row.payload,
    attempts: row.attempts,
    createdAt: row.created_at,
  };
}
