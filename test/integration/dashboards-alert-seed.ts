import type pg from 'pg';
import { SEEDED } from './dashboards-seed.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** When an alert had which severity, in minutes before now; 0 for "still". */
export interface Stretch {
  readonly severity: 'critical' | 'warning' | 'info';
  readonly from: number;
  readonly to: number;
}

interface SeededAlert {
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly metric: string;
  readonly stretches: readonly Stretch[];
  /** Minutes before now. */
  readonly acknowledged?: number;
  /** For how many minutes from now. */
  readonly snoozed?: number;
  /** As stored before events had a severity of their own. */
  readonly isOld?: boolean;
}

const RULES = [
  { id: 'hot', name: 'Too hot', severity: 'critical' },
  { id: 'cold', name: 'It\'s "cold" 100 %', severity: 'warning' },
  { id: 'quiet', name: 'Silent', severity: 'info' },
];

const { device } = SEEDED;

/** Two of `seedDashboards` first. `climbing` moved from warning to critical, and is of another device. */
export const SEEDED_ALERTS: readonly SeededAlert[] = [
  { id: 'a', rule: 'hot', device, metric: 'temperature', stretches: [of('critical', 5, 0)] },
  {
    id: 'b',
    rule: 'hot',
    device,
    metric: 'temperature',
    stretches: [of('critical', 3 * DAY_MINUTES, 71 * 60)],
    isOld: true,
  },
  {
    id: 'attended',
    rule: 'cold',
    device,
    metric: 'humidity',
    stretches: [of('warning', 10, 0)],
    acknowledged: 8,
  },
  { id: 'put-off', rule: 'quiet', device, metric: '', stretches: [of('info', 12, 0)], snoozed: 60 },
  {
    id: 'climbing',
    rule: 'hot',
    device: 'other',
    metric: 'temperature',
    stretches: [of('warning', 13, 9), of('critical', 9, 4)],
    acknowledged: 12,
  },
  {
    id: 'long-ago',
    rule: 'deleted',
    device: 'gone',
    metric: 'x',
    stretches: [of('info', 200 * DAY_MINUTES, 199 * DAY_MINUTES)],
  },
];

function of(severity: Stretch['severity'], from: number, to: number): Stretch {
  return { severity, from, to };
}

/**
 * Rules, the alerts above with their events, and notifications of each event: delivered to the stream after 100 ms; to the
 * channel `ops` after 4 s; to `broken` given up after three attempts; to `slow` tried once. Needs `seedDashboards`.
 */
export async function seedAlerts(pool: pg.Pool, nowMs: number): Promise<void> {
  const at = (minutes: number): Date => new Date(nowMs - minutes * MINUTE_MS);
  for (const { id, name, severity } of RULES) {
    await pool.query(
      `INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params) VALUES ($1, $2, $3, '{}', 'threshold', '{}')`,
      [id, name, severity],
    );
  }
  for (const alert of SEEDED_ALERTS) {
    const first = alert.stretches[0];
    const last = alert.stretches.at(-1);
    if (!first || !last) continue;
    const name = RULES.find(({ id }) => id === alert.rule)?.name ?? alert.rule;
    await pool.query(
      `INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at,
                          resolved_at, resolved_by, value, summary, acknowledged_at, acknowledged_by, snoozed_until, snoozed_by)
       VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $8::timestamptz IS NULL THEN 'firing' ELSE 'resolved' END, $7, $7, $8,
               CASE WHEN $8 IS NOT NULL THEN 'cleared' END, 1, 'said so', $9::timestamptz, CASE WHEN $9 IS NOT NULL THEN 'ann' END, $10::timestamptz,
               CASE WHEN $10 IS NOT NULL THEN 'bob' END)
       ON CONFLICT (alert_id) DO NOTHING`,
      [
        alert.id,
        alert.rule,
        name,
        last.severity,
        alert.device,
        alert.metric,
        at(first.from),
        last.to === 0 ? null : at(last.to),
        alert.acknowledged === undefined ? null : at(alert.acknowledged),
        alert.snoozed === undefined ? null : at(-alert.snoozed),
      ],
    );
    for (const event of eventsOf(alert)) {
      await pool.query(
        `WITH event AS (
           INSERT INTO alert_event (alert_id, transition, time, value, severity, actor)
           VALUES ($1, $2, $3, 1, $4, $5) RETURNING sequence, time
         )
         INSERT INTO notification (idempotency_key, sequence, rule_id, channel, target, payload, attempts, delivered_at,
                                   created_at)
         SELECT 'stream-' || sequence, sequence, $6, 'stream', 'telemetry.alerts', '{}', 1,
                time + INTERVAL '100 milliseconds', time FROM event`,
        [alert.id, event.transition, at(event.minutes), event.severity, event.actor, alert.rule],
      );
    }
  }
  await pool.query(
    `WITH message AS (
       INSERT INTO notification_message (idempotency_key, channel_id, attempts, created_at, delivered_at, failed_at)
       SELECT c.channel || e.sequence, c.channel, c.attempts, e.time,
              CASE c.channel WHEN 'ops' THEN e.time + INTERVAL '4 seconds' END,
              CASE c.channel WHEN 'broken' THEN e.time + INTERVAL '1 minute' END
       FROM alert_event e, (VALUES ('ops', 1), ('broken', 3), ('slow', 1)) c (channel, attempts)
       WHERE e.transition = 'firing' RETURNING message_id, idempotency_key, channel_id, created_at
     )
     INSERT INTO notification (idempotency_key, sequence, rule_id, channel, target, payload, message_id, created_at)
     SELECT m.idempotency_key, e.sequence, a.rule_id, 'channel', m.channel_id, '{}', m.message_id, m.created_at
     FROM message m JOIN alert_event e ON m.idempotency_key = m.channel_id || e.sequence JOIN alert a USING (alert_id)`,
  );
}

interface SeededEvent {
  readonly transition: string;
  readonly minutes: number;
  readonly severity: string | null;
  readonly actor: string | null;
}

function eventsOf({ stretches, acknowledged, snoozed, isOld }: SeededAlert): SeededEvent[] {
  const events: SeededEvent[] = stretches.map(({ severity, from }, index) => ({
    transition: index === 0 ? 'firing' : 'severity',
    minutes: from,
    severity: isOld ? null : severity,
    actor: null,
  }));
  const last = stretches.at(-1);
  const severity = isOld ? null : (last?.severity ?? null);
  if (last && last.to !== 0) events.push({ transition: 'resolved', minutes: last.to, severity, actor: null });
  if (acknowledged !== undefined)
    events.push({ transition: 'acknowledged', minutes: acknowledged, severity, actor: 'ann' });
  if (snoozed !== undefined) events.push({ transition: 'snoozed', minutes: 1, severity, actor: 'bob' });
  return events.toSorted((a, b) => b.minutes - a.minutes);
}
