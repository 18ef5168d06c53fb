import type pg from 'pg';
import { type Channel, compareSeverity, SEVERITIES } from '@fieldstream/domain';
import type { AlertRecord } from '@fieldstream/wire';
import { type AlertRow, toAlertRecord } from './alert-row.js';
import { toDatabaseError } from './database-error.js';

type Row = AlertRow & { sequence: string; fired_at: Date; resolved_at: Date | null };

const LAST_EVENT = '(SELECT max(e.sequence) FROM alert_event e WHERE e.alert_id = a.alert_id) AS sequence';

/**
 * Makes it this process's turn to refresh a channel, unless one had it within `everyMs`. Kept as a message of its own that
 * is never sent, so that nothing is held while the receiver answers.
 * @throws DatabaseError
 */
export async function claimRefresh(pool: pg.Pool, channelId: string, everyMs: number): Promise<boolean> {
  try {
    const { rowCount } = await pool.query(
      `INSERT INTO notification_message AS m (idempotency_key, channel_id, delivered_at, next_attempt_at)
       VALUES ('refresh-' || $1::text, $1, now(), now() + $2 * INTERVAL '1 millisecond')
       ON CONFLICT (idempotency_key) DO UPDATE SET delivered_at = now(), next_attempt_at = excluded.next_attempt_at
       WHERE m.next_attempt_at <= now()`,
      [channelId, everyMs],
    );
    return rowCount === 1;
  } catch (error) {
    throw toDatabaseError(error, 'claiming the refresh of a channel');
  }
}

/**
 * The open alerts that a channel knows of, or is about to: those of rules that name it, which are not snoozed, and which
 * are severe enough or were told to it before.
 * @throws DatabaseError
 */
export async function readAlertsToRefresh(
  pool: pg.Pool,
  channel: Pick<Channel, 'id' | 'minSeverity'>,
): Promise<AlertRecord[]> {
  const wanted = SEVERITIES.filter((severity) => compareSeverity(severity, channel.minSeverity) >= 0);
  try {
    const { rows } = await pool.query<Row>(
      `SELECT a.*, ${LAST_EVENT} FROM alert a JOIN alert_rule r USING (rule_id)
       WHERE a.state = 'firing' AND r.deleted_at IS NULL AND r.notify->'channels' ? $1
         AND (a.snoozed_until IS NULL OR a.snoozed_until <= now())
         AND (a.severity = ANY ($2) OR EXISTS (
           SELECT FROM alert_event e JOIN notification n USING (sequence)
           WHERE e.alert_id = a.alert_id AND n.channel = 'channel' AND n.target = $1 AND n.message_id IS NOT NULL))
       ORDER BY a.fired_at, a.alert_id`,
      [channel.id, wanted],
    );
    return rows.map((row) =>
      toAlertRecord(row, {
        change: 'firing',
        sequence: Number(row.sequence),
        atMs: row.fired_at.getTime(),
      }),
    );
  } catch (error) {
    throw toDatabaseError(error, 'reading the alerts to refresh');
  }
}

/**
 * Of alerts that were told as open, those that were resolved or changed their severity meanwhile, as they stand now. What
 * was told of them may have undone what the receiver was told since.
 * @throws DatabaseError
 */
export async function readOvertaken(pool: pg.Pool, told: readonly AlertRecord[]): Promise<AlertRecord[]> {
  try {
    const { rows } = await pool.query<Row>(
      `SELECT a.*, ${LAST_EVENT}
       FROM unnest($1::text[], $2::text[]) AS t (alert_id, severity) JOIN alert a USING (alert_id)
       WHERE a.state = 'resolved' OR a.severity <> t.severity`,
      [told.map(({ alertId }) => alertId), told.map(({ severity }) => severity)],
    );
    return rows.map((row) =>
      toAlertRecord(row, {
        change: row.state === 'resolved' ? 'resolved' : 'severity',
        sequence: Number(row.sequence),
        atMs: (row.resolved_at ?? row.fired_at).getTime(),
      }),
    );
  } catch (error) {
    throw toDatabaseError(error, 'reading alerts that changed during a refresh');
  }
}
