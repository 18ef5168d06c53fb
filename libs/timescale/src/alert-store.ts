import type pg from 'pg';
import type { AlertRecord } from '@fieldstream/wire';
import type { Severity } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';
import { outbox, type OutboxMessage } from './outbox.js';
import type { Queryable } from './queryable.js';

/** Why an alert is closed: it cleared, or somebody changed the rule, or the device's labels so that the rule fits no more. */
export type ResolvedBy = 'cleared' | 'rule-changed' | 'rule-disabled' | 'rule-deleted' | 'device-changed';

/** A transition to be recorded, with what receivers are told of it. */
export interface RecordedTransition {
  readonly alertId: string;
  readonly transition: 'firing' | 'severity' | 'resolved';
  readonly ruleId: string;
  readonly ruleName: string;
  readonly description: string;
  /** Since the transition; of a resolved alert, the one that it had. */
  readonly severity: Severity;
  readonly deviceId: string;
  /** Empty for an alert about the device as a whole. */
  readonly metric: string;
  /** The device's labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Event times, epoch milliseconds. */
  readonly atMs: number;
  readonly startedAtMs: number;
  readonly value: number | null;
  readonly text: string | null;
  readonly summary: string;
  /** Of a resolved one. */
  readonly resolvedBy: ResolvedBy;
  /** IDs of the notification channels that are told. */
  readonly channels: readonly string[];
}

/** What the alert's row says that the transition does not. */
interface Marks {
  readonly acknowledgedBy: string | null;
  readonly snoozedUntilMs: number | null;
}

const UNMARKED: Marks = { acknowledgedBy: null, snoozedUntilMs: null };

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
  const of = (kind: RecordedTransition['transition']): readonly RecordedTransition[] =>
    transitions.filter(({ transition }) => transition === kind);
  const opened = await openAlerts(client, of('firing'));
  const changes = await findNew(client, of('severity'));
  const moved = await moveAlerts(client, changes);
  const resolved = await resolveAlerts(client, of('resolved'));
  const recorded = transitions.filter((change) => {
    const { transition, alertId } = change;
    if (transition === 'firing') return opened.has(alertId);
    return transition === 'severity' ? moved.has(alertId) && changes.includes(change) : resolved.has(alertId);
  });
  if (recorded.length === 0) return [];
  const sequences = await insertEvents(client, recorded);
  const messages = recorded.flatMap((transition, index) => {
    const { alertId } = transition;
    const marks = resolved.get(alertId) ?? moved.get(alertId) ?? UNMARKED;
    return messagesOf(transition, marks, sequences[index] ?? 0);
  });
  await outbox.add(client, messages);
  return recorded;
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

/**
 * One that an edit of the rule closed opens again if the rule, edited again, finds that its condition still holds: what has
 * been silent since, is silent since then.
 */
async function openAlerts(
  client: Queryable,
  firing: readonly RecordedTransition[],
): Promise<ReadonlySet<string>> {
  if (firing.length === 0) return new Set();
  const column = <T>(of: (transition: RecordedTransition) => T): T[] => firing.map(of);
  const { rows } = await client.query<{ alert_id: string }>(
    `INSERT INTO alert (alert_id, rule_id, rule_name, description, severity, device_id, metric, labels, state, started_at,
                        fired_at, value, text, summary)
     SELECT a.alert_id, a.rule_id, a.rule_name, a.description, a.severity, a.device_id, a.metric, a.labels, 'firing',
            a.started_at, a.fired_at, a.value, a.text, a.summary
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[],
                 $9::timestamptz[], $10::timestamptz[], $11::float8[], $12::text[], $13::text[])
       AS a (alert_id, rule_id, rule_name, description, severity, device_id, metric, labels, started_at, fired_at, value,
             text, summary)
     ON CONFLICT (alert_id) DO UPDATE SET state = 'firing', resolved_at = NULL, resolved_by = NULL,
       severity = excluded.severity, summary = excluded.summary, fired_at = excluded.fired_at
     WHERE alert.state = 'resolved' AND alert.resolved_by <> 'cleared'
     RETURNING alert_id`,
    [
      column((t) => t.alertId),
      column((t) => t.ruleId),
      column((t) => t.ruleName),
      column((t) => t.description),
      column((t) => t.severity),
      column((t) => t.deviceId),
      column((t) => t.metric),
      column((t) => JSON.stringify(t.labels)),
      column((t) => new Date(t.startedAtMs).toISOString()),
      column((t) => new Date(t.atMs).toISOString()),
      column((t) => t.value),
      column((t) => t.text),
      column((t) => t.summary),
    ],
  );
  return new Set(rows.map((row) => row.alert_id));
}

interface MarkedRow {
  alert_id: string;
  acknowledged_by: string | null;
  snoozed_until: Date | null;
}

/** Changes of severity that are not recorded yet. */
async function findNew(
  client: Queryable,
  changes: readonly RecordedTransition[],
): Promise<readonly RecordedTransition[]> {
  if (changes.length === 0) return [];
  const { rows } = await client.query<{ place: string }>(
    `SELECT c.place FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY AS c (alert_id, time, place)
     JOIN alert_event e USING (alert_id, time) WHERE e.transition = 'severity'`,
    [changes.map((t) => t.alertId), changes.map((t) => new Date(t.atMs).toISOString())],
  );
  const known = new Set(rows.map(({ place }) => Number(place) - 1));
  return changes.filter((_, index) => !known.has(index));
}

/** Open alerts get the severity of their last change. */
async function moveAlerts(
  client: Queryable,
  changes: readonly RecordedTransition[],
): Promise<ReadonlyMap<string, Marks>> {
  const last = [...new Map(changes.map((change) => [change.alertId, change])).values()];
  if (last.length === 0) return new Map();
  const { rows } = await client.query<MarkedRow>(
    `UPDATE alert SET severity = c.severity, summary = c.summary
     FROM unnest($1::text[], $2::text[], $3::text[]) AS c (alert_id, severity, summary)
     WHERE alert.alert_id = c.alert_id AND alert.state = 'firing'
     RETURNING alert.alert_id, alert.acknowledged_by, alert.snoozed_until`,
    [last.map((t) => t.alertId), last.map((t) => t.severity), last.map((t) => t.summary)],
  );
  return toMarks(rows);
}

async function resolveAlerts(
  client: Queryable,
  resolved: readonly RecordedTransition[],
): Promise<ReadonlyMap<string, Marks>> {
  if (resolved.length === 0) return new Map();
  const { rows } = await client.query<MarkedRow>(
    `UPDATE alert SET state = 'resolved', resolved_at = r.resolved_at, resolved_by = r.resolved_by
     FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS r (alert_id, resolved_at, resolved_by)
     WHERE alert.alert_id = r.alert_id AND alert.state = 'firing'
     RETURNING alert.alert_id, alert.acknowledged_by, alert.snoozed_until`,
    [
      resolved.map((t) => t.alertId),
      resolved.map((t) => new Date(t.atMs).toISOString()),
      resolved.map((t) => t.resolvedBy),
    ],
  );
  return toMarks(rows);
}

function toMarks(rows: readonly MarkedRow[]): ReadonlyMap<string, Marks> {
  return new Map(
    rows.map(({ alert_id, acknowledged_by, snoozed_until }) => [
      alert_id,
      { acknowledgedBy: acknowledged_by, snoozedUntilMs: snoozed_until?.getTime() ?? null },
    ]),
  );
}

/** One event a transition; their sequence numbers, in the same order. */
async function insertEvents(
  client: Queryable,
  transitions: readonly RecordedTransition[],
): Promise<number[]> {
  const { rows } = await client.query<{ sequence: string }>(
    `INSERT INTO alert_event (alert_id, transition, time, value, severity, detail)
     SELECT alert_id, transition, time, value, severity, detail
     FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::float8[], $5::text[], $6::text[]) WITH ORDINALITY
       AS e (alert_id, transition, time, value, severity, detail, place)
     ORDER BY place RETURNING sequence`,
    [
      transitions.map((t) => t.alertId),
      transitions.map((t) => t.transition),
      transitions.map((t) => new Date(t.atMs).toISOString()),
      transitions.map((t) => t.value),
      transitions.map((t) => t.severity),
      transitions.map((t) => t.summary),
    ],
  );
  return rows.map((row) => Number(row.sequence));
}

function messagesOf(transition: RecordedTransition, marks: Marks, sequence: number): OutboxMessage[] {
  const { transition: change, resolvedBy: _, channels, ...told } = transition;
  const state = change === 'resolved' ? 'resolved' : 'firing';
  const payload: AlertRecord = { v: 1, sequence, state, change, ...told, ...marks };
  return [
    { channel: 'stream', target: 'telemetry.alerts', payload },
    ...channels.map((target) => ({ channel: 'channel' as const, target, payload })),
  ];
}
