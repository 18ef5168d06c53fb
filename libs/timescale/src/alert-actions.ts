import type pg from 'pg';
import type { AlertChange } from '@fieldstream/wire';
import { type AlertRow, toAlertRecord } from './alert-row.js';
import { outbox, type OutboxMessage } from './outbox.js';
import { inTransaction } from './pool.js';
import type { Queryable } from './queryable.js';

/** What came of an action: `resolved` where the alert is open no more, and nothing was changed. */
export type AlertActionResult = 'done' | 'not-found' | 'resolved';

/** Snoozes that one transaction ends. */
const EXPIRED_AT_A_TIME = 500;

interface Action {
  readonly change: AlertChange;
  /** Null where time did it. */
  readonly by: string | null;
  readonly detail: string | null;
}

/**
 * Marks an open alert as seen by somebody; the first one counts. It stays open until it clears.
 * @throws DatabaseError
 */
export async function acknowledgeAlert(
  pool: pg.Pool,
  alertId: string,
  by: string,
): Promise<AlertActionResult> {
  return act(pool, 'acknowledging an alert', alertId, async (client, alert) => {
    if (alert.acknowledged_by !== null) return;
    await client.query('UPDATE alert SET acknowledged_at = now(), acknowledged_by = $2 WHERE alert_id = $1', [
      alertId,
      by,
    ]);
    const action: Action = { change: 'acknowledged', by, detail: null };
    await record(client, { ...alert, acknowledged_by: by }, action);
  });
}

/**
 * Keeps channels from being told of an open alert until a moment, except of its resolution. One that is snoozed already
 * gets the new moment.
 * @throws RangeError where the moment does not lie in the future. @throws DatabaseError
 */
export async function snoozeAlert(
  pool: pg.Pool,
  alertId: string,
  untilMs: number,
  by: string,
): Promise<AlertActionResult> {
  const until = new Date(untilMs);
  if (!(untilMs > Date.now()) || Number.isNaN(until.getTime())) {
    throw new RangeError(
      `the end of a snooze must lie in the future, which ${untilMs} (epoch milliseconds) does not`,
    );
  }
  return act(pool, 'snoozing an alert', alertId, async (client, alert) => {
    if (alert.snoozed_until?.getTime() === until.getTime()) return;
    await client.query('UPDATE alert SET snoozed_until = $2, snoozed_by = $3 WHERE alert_id = $1', [
      alertId,
      until.toISOString(),
      by,
    ]);
    const action: Action = { change: 'snoozed', by, detail: `until ${until.toISOString()}` };
    await record(client, { ...alert, snoozed_until: until }, action);
  });
}

/** Ends a snooze; the rule's channels are told of the alert again. Where there is none, nothing changes. @throws DatabaseError */
export async function unsnoozeAlert(pool: pg.Pool, alertId: string, by: string): Promise<AlertActionResult> {
  return act(pool, 'ending a snooze', alertId, async (client, alert) => {
    if (alert.snoozed_until !== null) await endSnooze(client, alert, by, null);
  });
}

/**
 * Ends the snoozes whose time has come, of any alert; the rules' channels are told of those that are still open. Several
 * processes may call it at a time.
 * @returns How many open alerts are snoozed no more.
 * @throws DatabaseError
 */
export async function expireSnoozes(pool: pg.Pool): Promise<number> {
  let ended = 0;
  for (;;) {
    const expired = await inTransaction(pool, 'ending snoozes', async (client) => {
      const { rows } = await client.query<AlertRow>(
        `SELECT * FROM alert WHERE snoozed_until <= now()
         ORDER BY alert_id LIMIT ${EXPIRED_AT_A_TIME} FOR UPDATE SKIP LOCKED`,
      );
      for (const alert of rows.filter(({ state }) => state === 'firing')) {
        await endSnooze(client, alert, null, 'its time has come');
      }
      await forgetSnooze(
        client,
        rows.filter(({ state }) => state === 'resolved').map(({ alert_id }) => alert_id),
      );
      return rows;
    });
    ended += expired.filter(({ state }) => state === 'firing').length;
    if (expired.length < EXPIRED_AT_A_TIME) return ended;
  }
}

/** Holds the alert's row, as whoever records a transition does, so that changes of one alert have the order of their events. */
async function act(
  pool: pg.Pool,
  doing: string,
  alertId: string,
  change: (client: Queryable, alert: AlertRow) => Promise<void>,
): Promise<AlertActionResult> {
  return inTransaction(pool, doing, async (client) => {
    const { rows } = await client.query<AlertRow>('SELECT * FROM alert WHERE alert_id = $1 FOR UPDATE', [
      alertId,
    ]);
    const [alert] = rows;
    if (alert === undefined) return 'not-found';
    if (alert.state === 'resolved') return 'resolved';
    await change(client, alert);
    return 'done';
  });
}

async function endSnooze(
  client: Queryable,
  alert: AlertRow,
  by: string | null,
  detail: string | null,
): Promise<void> {
  await forgetSnooze(client, [alert.alert_id]);
  const { rows } = await client.query<{ channels: unknown }>(
    `SELECT notify->'channels' AS channels FROM alert_rule WHERE rule_id = $1 AND enabled AND deleted_at IS NULL`,
    [alert.rule_id],
  );
  const channels = rows[0]?.channels;
  await record(
    client,
    { ...alert, snoozed_until: null },
    { change: 'unsnoozed', by, detail },
    Array.isArray(channels) ? (channels as string[]) : [],
  );
}

async function forgetSnooze(client: Queryable, alertIds: readonly string[]): Promise<void> {
  if (alertIds.length === 0) return;
  await client.query('UPDATE alert SET snoozed_until = NULL, snoozed_by = NULL WHERE alert_id = ANY ($1)', [
    alertIds,
  ]);
}

/** The event, and what the stream and the channels are told. `alert` is as it stands since. */
async function record(
  client: Queryable,
  alert: AlertRow,
  { change, by, detail }: Action,
  channels: readonly string[] = [],
): Promise<void> {
  const { rows } = await client.query<{ sequence: string; time: Date }>(
    `INSERT INTO alert_event (alert_id, transition, time, value, severity, actor, detail)
     VALUES ($1, $2, now(), $3, $4, $5, $6) RETURNING sequence, time`,
    [alert.alert_id, change, alert.value, alert.severity, by, detail],
  );
  const [event] = rows;
  if (event === undefined) throw new Error(`the event of alert ${alert.alert_id} was not stored`);
  const payload = toAlertRecord(alert, {
    change,
    sequence: Number(event.sequence),
    atMs: event.time.getTime(),
  });
  const messages: OutboxMessage[] = [
    { channel: 'stream', target: 'telemetry.alerts', payload },
    ...channels.map((target) => ({ channel: 'channel' as const, target, payload })),
  ];
  await outbox.add(client, messages);
}
