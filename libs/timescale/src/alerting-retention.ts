import type pg from 'pg';
import { toDatabaseError } from './database-error.js';

export interface AlertingRetention {
  /** Notifications and messages that were delivered or given up are kept for so long; those of open alerts longer. */
  readonly notificationDays: number;
  /** Resolved alerts and their events are kept for so long after their resolution. */
  readonly alertDays: number;
}

export interface DeletedAlerting {
  readonly notifications: number;
  readonly messages: number;
  readonly alerts: number;
}

/** Rows of one statement, so that none holds others up. */
const AT_A_TIME = 1_000;

/**
 * Deletes old alerts, and old notifications and messages, in small transactions. Several processes may do it at a time.
 * @param isStopped Asked between the transactions.
 * @throws DatabaseError
 */
export async function deleteOldAlerting(
  pool: pg.Pool,
  { notificationDays, alertDays }: AlertingRetention,
  isStopped: () => boolean = () => false,
): Promise<DeletedAlerting> {
  const repeat = async (sql: string, days: number): Promise<number> => {
    let deleted = 0;
    for (;;) {
      const { rows } = await pool.query<{ count: string }>(sql, [days]);
      const count = Number(rows[0]?.count ?? 0);
      deleted += count;
      if (count < AT_A_TIME || isStopped()) return deleted;
    }
  };
  try {
    return {
      notifications: await repeat(OLD_NOTIFICATIONS, notificationDays),
      messages: await repeat(OLD_MESSAGES, notificationDays),
      alerts: await repeat(OLD_ALERTS, alertDays),
    };
  } catch (error) {
    throw toDatabaseError(error, 'deleting old alerts and notifications');
  }
}

// Those of open alerts tell whether a channel knows of the alert, and is to be told of its resolution.
const OLD_NOTIFICATIONS = `
  WITH old AS (
    SELECT notification_id FROM notification n
    WHERE (delivered_at IS NOT NULL OR failed_at IS NOT NULL) AND created_at < now() - $1 * INTERVAL '1 day'
      AND NOT EXISTS (SELECT FROM alert_event e JOIN alert a USING (alert_id)
                      WHERE e.sequence = n.sequence AND a.state = 'firing')
    ORDER BY created_at LIMIT ${AT_A_TIME} FOR UPDATE SKIP LOCKED
  ), deleted AS (DELETE FROM notification n USING old WHERE n.notification_id = old.notification_id RETURNING 1)
  SELECT count(*) AS count FROM deleted`;

const OLD_MESSAGES = `
  WITH old AS (
    SELECT message_id FROM notification_message m
    WHERE (delivered_at IS NOT NULL OR failed_at IS NOT NULL) AND created_at < now() - $1 * INTERVAL '1 day'
      AND NOT EXISTS (SELECT FROM notification n WHERE n.message_id = m.message_id)
    ORDER BY message_id LIMIT ${AT_A_TIME} FOR UPDATE SKIP LOCKED
  ), deleted AS (DELETE FROM notification_message m USING old WHERE m.message_id = old.message_id RETURNING 1)
  SELECT count(*) AS count FROM deleted`;

// Foreign keys are checked at the end of the statement, when all three are gone.
const OLD_ALERTS = `
  WITH old AS (
    SELECT alert_id FROM alert
    WHERE state = 'resolved' AND resolved_at < now() - $1 * INTERVAL '1 day'
      AND fired_at < now() - $1 * INTERVAL '1 day'
    ORDER BY fired_at LIMIT ${AT_A_TIME} FOR UPDATE SKIP LOCKED
  ), notifications AS (
    DELETE FROM notification n USING old, alert_event e
    WHERE e.alert_id = old.alert_id AND n.sequence = e.sequence
  ), events AS (DELETE FROM alert_event e USING old WHERE e.alert_id = old.alert_id),
  deleted AS (DELETE FROM alert a USING old WHERE a.alert_id = old.alert_id RETURNING 1)
  SELECT count(*) AS count FROM deleted`;
