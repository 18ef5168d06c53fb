import type pg from 'pg';
import type { AlertRecord } from '@fieldstream/wire';
import type { Severity } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';
import { outbox, type OutboxMessage } from './outbox.js';
import { inTransaction } from './pool.js';
import type { Queryable } from './queryable.js';

/** Why an alert is closed: its value cleared, or somebody changed the rule. */
export type ResolvedBy = 'cleared' | 'rule-changed' | 'rule-disabled' | 'rule-deleted';

/** A transition to be recorded, with what receivers are told of it. */
export interface RecordedTransition {
  readonly alertId: string;
  readonly transition: 'firing' | 'resolved';
  readonly ruleId: string;
  readonly ruleName: string;
  readonly severity: Severity;
  readonly deviceId: string;
  readonly metric: string;
  /** Event times, epoch milliseconds. */
  readonly atMs: number;
  readonly startedAtMs: number;
  readonly value: number | null;
  readonly summary: string;
  /** Of a resolved one. */
  readonly resolvedBy: ResolvedBy;
  readonly webhooks: readonly string[];
}

/**
 * Records transitions, in their order, with their notifications, on the caller's transaction. One that is recorded already
 * (the alert is known, or resolved already) is left out with its notifications, so recording again changes nothing.
 * @returns What was recorded.
 */
export async function recordTransitions(
  client: Queryable,
  transitions: readonly RecordedTransition[],
): Promise<readonly RecordedTransition[]> {
  if (transitions.length === 0) return [];
  const opened = await openAlerts(
    client,
    transitions.filter((transition) => transition.transition === 'firing'),
  );
  const resolved = await resolveAlerts(
    client,
    transitions.filter((transition) => transition.transition === 'resolved'),
  );
  const recorded = transitions.filter(({ transition, alertId }) =>
    (transition === 'firing' ? opened : resolved).has(alertId),
  );
  if (recorded.length === 0) return [];
  const sequences = await insertEvents(client, recorded);
  const messages = recorded.flatMap((transition, index) => messagesOf(transition, sequences[index] ?? 0));
  await outbox.add(client, messages);
  return recorded;
}

/**
 * Marks an alert as seen by somebody; the first one counts. It stays open until its value clears.
 * @returns false where there is no such alert.
 * @throws DatabaseError
 */
export async function acknowledgeAlert(pool: pg.Pool, alertId: string, by: string): Promise<boolean> {
  return inTransaction(pool, 'acknowledging an alert', async (client) => {
    const { rowCount } = await client.query(
      `UPDATE alert SET acknowledged_at = now(), acknowledged_by = $2
       WHERE alert_id = $1 AND acknowledged_at IS NULL`,
      [alertId, by],
    );
    if (rowCount === 0) {
      return (await client.query('SELECT 1 FROM alert WHERE alert_id = $1', [alertId])).rowCount === 1;
    }
    await client.query(
      `INSERT INTO alert_event (alert_id, transition, time, detail) VALUES ($1, 'acknowledged', now(), $2)
       ON CONFLICT DO NOTHING`,
      [alertId, by],
    );
    return true;
  });
}

/** How many alerts are open. @throws DatabaseError */
export async function countOpenAlerts(pool: pg.Pool): Promise<number> {
  try {
    const { rows } = await pool.query<{ count: string }>(
      `SELECT count(*) AS count FROM alert WHERE state = 'firing'`,
    );
    return Number(rows[0]?.count ?? 0);
  } catch (error) {
    throw toDatabaseError(error, 'counting open alerts');
  }
}

async function openAlerts(
  client: Queryable,
  firing: readonly RecordedTransition[],
): Promise<ReadonlySet<string>> {
  if (firing.length === 0) return new Set();
  const column = <T>(of: (transition: RecordedTransition) => T): T[] => firing.map(of);
  const { rows } = await client.query<{ alert_id: string }>(
    `INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, value, summary)
     SELECT a.alert_id, a.rule_id, a.rule_name, a.severity, a.device_id, a.metric, 'firing',
            a.started_at, a.fired_at, a.value, a.summary
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                 $8::timestamptz[], $9::float8[], $10::text[])
       AS a (alert_id, rule_id, rule_name, severity, device_id, metric, started_at, fired_at, value, summary)
     ON CONFLICT DO NOTHING RETURNING alert_id`,
    [
      column((t) => t.alertId),
      column((t) => t.ruleId),
      column((t) => t.ruleName),
      column((t) => t.severity),
      column((t) => t.deviceId),
      column((t) => t.metric),
      column((t) => new Date(t.startedAtMs).toISOString()),
      column((t) => new Date(t.atMs).toISOString()),
      column((t) => t.value),
      column((t) => t.summary),
    ],
  );
  return new Set(rows.map((row) => row.alert_id));
}

async function resolveAlerts(
  client: Queryable,
  resolved: readonly RecordedTransition[],
): Promise<ReadonlySet<string>> {
  if (resolved.length === 0) return new Set();
  const { rows } = await client.query<{ alert_id: string }>(
    `UPDATE alert SET state = 'resolved', resolved_at = r.resolved_at, resolved_by = r.resolved_by
     FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS r (alert_id, resolved_at, resolved_by)
     WHERE alert.alert_id = r.alert_id AND alert.state = 'firing' RETURNING alert.alert_id`,
    [
      resolved.map((t) => t.alertId),
      resolved.map((t) => new Date(t.atMs).toISOString()),
      resolved.map((t) => t.resolvedBy),
    ],
  );
  return new Set(rows.map((row) => row.alert_id));
}

/** One event a transition; their sequence numbers, in the same order. */
async function insertEvents(
  client: Queryable,
  transitions: readonly RecordedTransition[],
): Promise<number[]> {
  const { rows } = await client.query<{ sequence: string }>(
    `INSERT INTO alert_event (alert_id, transition, time, value, detail)
     SELECT alert_id, transition, time, value, detail
     FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::float8[], $5::text[]) WITH ORDINALITY
       AS e (alert_id, transition, time, value, detail, place)
     ORDER BY place RETURNING sequence`,
    [
      transitions.map((t) => t.alertId),
      transitions.map((t) => t.transition),
      transitions.map((t) => new Date(t.atMs).toISOString()),
      transitions.map((t) => t.value),
      transitions.map((t) => t.summary),
    ],
  );
  return rows.map((row) => Number(row.sequence));
}

function messagesOf(transition: RecordedTransition, sequence: number): OutboxMessage[] {
  const payload: AlertRecord = {
    v: 1,
    sequence,
    alertId: transition.alertId,
    state: transition.transition,
    ruleId: transition.ruleId,
    ruleName: transition.ruleName,
    severity: transition.severity,
    deviceId: transition.deviceId,
    metric: transition.metric,
    value: transition.value,
    atMs: transition.atMs,
    startedAtMs: transition.startedAtMs,
    summary: transition.summary,
  };
  return [
    { channel: 'stream', target: 'telemetry.alerts', payload },
    ...transition.webhooks.map((target) => ({ channel: 'webhook' as const, target, payload })),
  ];
}
