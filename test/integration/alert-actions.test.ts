import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  acknowledgeAlert,
  deleteOldAlerting,
  expireSnoozes,
  outbox,
  snoozeAlert,
  unsnoozeAlert,
} from '@fieldstream/timescale';
import { decodeAlert, encodeAlert } from '@fieldstream/wire';
import { EvaluatorBed, rule } from './alerter-support.js';
import { clearNotifications, record } from './notifications-support.js';

const HOUR_MS = 3_600_000;

let bed: EvaluatorBed;
beforeAll(async () => {
  bed = await EvaluatorBed.create();
}, 60_000);
beforeEach(async () => {
  await clearNotifications(bed.pool);
  await bed.rules.create(rule('hot', { notify: { channels: ['ops', 'night'] } }));
  await record(bed.pool, [{}]);
});
afterAll(() => bed.close());

interface EventRow {
  transition: string;
  severity: string;
  actor: string | null;
  detail: string | null;
}

/** Events of the alert after the one by which it fired. */
async function events(): Promise<EventRow[]> {
  const { rows } = await bed.pool.query<EventRow>(
    'SELECT transition, severity, actor, detail FROM alert_event ORDER BY sequence OFFSET 1',
  );
  return rows;
}

/** Receivers of what was told after the alert fired, each with the change. */
async function told(): Promise<string[]> {
  const { rows } = await bed.pool.query<{ told: string }>(
    `SELECT target || ' ' || (payload->>'change') AS told FROM notification ORDER BY notification_id OFFSET 1`,
  );
  return rows.map((row) => row.told);
}

async function lastRecord(): Promise<ReturnType<typeof decodeAlert>> {
  const { rows } = await bed.pool.query<{ payload: Parameters<typeof encodeAlert>[0] }>(
    `SELECT payload FROM notification WHERE channel = 'stream' ORDER BY notification_id DESC LIMIT 1`,
  );
  if (rows[0] === undefined) throw new Error('there is no record');
  return decodeAlert(encodeAlert(rows[0].payload));
}

/** Lets the snooze have ended a moment ago. */
const passSnooze = (): Promise<unknown> =>
  bed.pool.query(`UPDATE alert SET snoozed_until = now() - INTERVAL '1 second'`);

describe('acknowledging', () => {
  test('is an event, and the stream is told who did it', async () => {
    expect(await acknowledgeAlert(bed.pool, 'alert-1', 'ann')).toBe('done');
    expect(await events()).toEqual([
      { transition: 'acknowledged', severity: 'warning', actor: 'ann', detail: null },
    ]);
    expect(await told()).toEqual(['telemetry.alerts acknowledged']);
    expect(await lastRecord()).toMatchObject({
      sequence: 2,
      alertId: 'alert-1',
      state: 'firing',
      change: 'acknowledged',
      acknowledgedBy: 'ann',
      snoozedUntilMs: null,
      value: 31,
      startedAtMs: 1_000,
    });
  });

  test('twice changes nothing: the first one counts', async () => {
    await acknowledgeAlert(bed.pool, 'alert-1', 'ann');
    expect(await acknowledgeAlert(bed.pool, 'alert-1', 'bob')).toBe('done');
    expect(await events()).toHaveLength(1);
    const { rows } = await bed.pool.query('SELECT acknowledged_by FROM alert');
    expect(rows).toEqual([{ acknowledged_by: 'ann' }]);
  });

  test('by several at a time is done once', async () => {
    const people = ['ann', 'bob', 'cem', 'dia'];
    const results = await Promise.all(people.map((by) => acknowledgeAlert(bed.pool, 'alert-1', by)));
    expect(results).toEqual(['done', 'done', 'done', 'done']);
    expect(await events()).toHaveLength(1);
  });

  test.each([
    ['acknowledging', (id: string) => acknowledgeAlert(bed.pool, id, 'ann')],
    ['snoozing', (id: string) => snoozeAlert(bed.pool, id, Date.now() + HOUR_MS, 'ann')],
    ['ending a snooze', (id: string) => unsnoozeAlert(bed.pool, id, 'ann')],
  ])('%s tells an alert that is not there, or resolved', async (_, act) => {
    expect(await act('nothing')).toBe('not-found');
    await record(bed.pool, [{ transition: 'resolved', atMs: 2_000 }]);
    expect(await act('alert-1')).toBe('resolved');
    expect((await events()).map(({ transition }) => transition)).toEqual(['resolved']);
  });
});

describe('snoozing', () => {
  test('is an event; the stream is told, and no channel', async () => {
    const untilMs = Date.now() + HOUR_MS;
    expect(await snoozeAlert(bed.pool, 'alert-1', untilMs, 'ann')).toBe('done');
    const until = new Date(untilMs).toISOString();
    expect(await events()).toEqual([
      { transition: 'snoozed', severity: 'warning', actor: 'ann', detail: `until ${until}` },
    ]);
    expect(await told()).toEqual(['telemetry.alerts snoozed']);
    expect(await lastRecord()).toMatchObject({ change: 'snoozed', snoozedUntilMs: untilMs });
    const { rows } = await bed.pool.query('SELECT snoozed_by FROM alert');
    expect(rows).toEqual([{ snoozed_by: 'ann' }]);
  });

  test('again moves the end', async () => {
    const untilMs = Date.now() + HOUR_MS;
    await snoozeAlert(bed.pool, 'alert-1', untilMs, 'ann');
    await snoozeAlert(bed.pool, 'alert-1', untilMs, 'bob');
    expect(await events()).toHaveLength(1);
    await snoozeAlert(bed.pool, 'alert-1', untilMs + HOUR_MS, 'bob');
    expect(await events()).toHaveLength(2);
    expect(await lastRecord()).toMatchObject({ snoozedUntilMs: untilMs + HOUR_MS });
  });

  test.each([0, 1_000_000, NaN, Infinity, -Infinity])('needs a time to come, not %p', async (untilMs) => {
    await expect(snoozeAlert(bed.pool, 'alert-1', untilMs, 'ann')).rejects.toThrow(/must lie in the future/);
    expect(await events()).toEqual([]);
  });

  test('ended by somebody tells the stream and the channels of the rule', async () => {
    await snoozeAlert(bed.pool, 'alert-1', Date.now() + HOUR_MS, 'ann');
    expect(await unsnoozeAlert(bed.pool, 'alert-1', 'bob')).toBe('done');
    expect((await events())[1]).toMatchObject({ transition: 'unsnoozed', actor: 'bob' });
    const receivers = ['telemetry.alerts unsnoozed', 'ops unsnoozed', 'night unsnoozed'];
    expect((await told()).slice(1)).toEqual(receivers);
    expect(await lastRecord()).toMatchObject({ state: 'firing', snoozedUntilMs: null });
    expect(await unsnoozeAlert(bed.pool, 'alert-1', 'bob')).toBe('done');
    expect(await events()).toHaveLength(2);
  });

  test('ends with its time, once, however many processes look', async () => {
    await snoozeAlert(bed.pool, 'alert-1', Date.now() + HOUR_MS, 'ann');
    expect(await expireSnoozes(bed.pool)).toBe(0);
    await passSnooze();
    const ended = await Promise.all([
      expireSnoozes(bed.pool),
      expireSnoozes(bed.pool),
      expireSnoozes(bed.pool),
    ]);
    expect(ended.sort()).toEqual([0, 0, 1]);
    expect((await events())[1]).toEqual({
      transition: 'unsnoozed',
      severity: 'warning',
      actor: null,
      detail: 'its time has come',
    });
    expect((await told()).slice(2)).toEqual(['ops unsnoozed', 'night unsnoozed']);
    expect(await expireSnoozes(bed.pool)).toBe(0);
  });

  test('of an alert that was resolved meanwhile ends without a word', async () => {
    await snoozeAlert(bed.pool, 'alert-1', Date.now() + HOUR_MS, 'ann');
    await record(bed.pool, [{ transition: 'resolved', atMs: 2_000 }]);
    await passSnooze();
    expect(await expireSnoozes(bed.pool)).toBe(0);
    expect((await events()).map(({ transition }) => transition)).toEqual(['snoozed', 'resolved']);
    const { rows } = await bed.pool.query('SELECT snoozed_until, snoozed_by FROM alert');
    expect(rows).toEqual([{ snoozed_until: null, snoozed_by: null }]);
  });

  test('ended of a rule that is disabled tells the stream alone', async () => {
    await snoozeAlert(bed.pool, 'alert-1', Date.now() + HOUR_MS, 'ann');
    await bed.rules.replace(rule('hot', { enabled: false, notify: { channels: ['ops'] } }));
    await unsnoozeAlert(bed.pool, 'alert-1', 'ann');
    expect((await told()).slice(1)).toEqual(['telemetry.alerts unsnoozed']);
  });
});

describe('deleting what is old', () => {
  const kept = { notificationDays: 30, alertDays: 400 };
  const age = (days: number, table: string, columns: readonly string[]): Promise<unknown> =>
    bed.pool.query(
      `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - INTERVAL '${days} days'`).join(', ')}`,
    );

  test('takes delivered notifications, but not those of open alerts, and not what is still to be sent', async () => {
    await record(bed.pool, [
      { alertId: 'alert-2', deviceId: 'b' },
      { alertId: 'alert-2', deviceId: 'b', transition: 'resolved', atMs: 2_000 },
      { alertId: 'alert-3', deviceId: 'c', transition: 'firing' },
      { alertId: 'alert-3', deviceId: 'c', transition: 'resolved', atMs: 2_000 },
    ]);
    await bed.pool.query(
      `UPDATE notification SET delivered_at = now() WHERE payload->>'alertId' <> 'alert-3'`,
    );
    await age(31, 'notification', ['created_at']);
    // The alert's times are those of long ago, and so it is deleted with all that is about it.
    await bed.pool.query(`UPDATE alert SET resolved_at = now(), fired_at = now() WHERE state = 'resolved'`);
    expect(await deleteOldAlerting(bed.pool, kept)).toEqual({ notifications: 2, messages: 0, alerts: 0 });
    expect(await outbox.backlog(bed.pool)).toMatchObject({ notifications: 2 });
    expect(await bed.count('notification')).toBe(3);
  });

  test('takes resolved alerts with their events and notifications, in as many steps as it needs', async () => {
    await bed.pool.query(
      `INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at,
                          resolved_at, summary)
       SELECT 'old-' || i, 'hot', 'Hot', 'info', 'a', 'm', 'resolved', now() - INTERVAL '402 days',
              now() - INTERVAL '402 days', now() - (i % 2 * 2 + 399) * INTERVAL '1 day', 'hot'
       FROM generate_series(1, 4400) AS i`,
    );
    await bed.pool.query(
      `WITH e AS (
         INSERT INTO alert_event (alert_id, transition, time) SELECT alert_id, 'firing', fired_at FROM alert
         WHERE alert_id LIKE 'old-%' RETURNING sequence, alert_id)
       INSERT INTO notification (idempotency_key, sequence, channel, target, rule_id, payload)
       SELECT alert_id, sequence, 'stream', 'telemetry.alerts', 'hot', '{}' FROM e`,
    );
    expect(await deleteOldAlerting(bed.pool, kept)).toEqual({ notifications: 0, messages: 0, alerts: 2_200 });
    expect([await bed.count('alert'), await bed.count('alert_event')]).toEqual([2_201, 2_201]);
    expect(await bed.count('notification')).toBe(2_201);
  });
});
