import type { AlertChange } from '@fieldstream/wire';
import type { Queryable } from '../queryable.js';
import { pageOf, type Page } from './page.js';
import { selectRows } from './select-rows.js';

/** An alert: from the moment its rule's condition held until it was resolved. Times are event times. */
export interface StoredAlert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly description: string;
  readonly severity: string;
  readonly deviceId: string;
  /** Empty for an alert about the device as a whole. */
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'firing' | 'resolved';
  readonly startedAt: Date;
  readonly firedAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly value: number | null;
  readonly text: string | null;
  readonly summary: string;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly snoozedUntil: Date | null;
  readonly snoozedBy: string | null;
}

export interface StoredAlertEvent {
  readonly sequence: number;
  readonly transition: AlertChange;
  readonly time: Date;
  readonly value: number | null;
  /** Since this event; null where it is not known. */
  readonly severity: string | null;
  /** Who did it, where somebody did. */
  readonly actor: string | null;
  readonly detail: string | null;
  readonly recordedAt: Date;
}

/** What became of telling one receiver of one event. */
export interface AlertNotification {
  /** Of the event. */
  readonly sequence: number;
  /** The stream is what MQTT subscribers and the server-sent events live on. */
  readonly receiver: 'stream' | 'channel';
  /** Null for the stream. */
  readonly channelId: string | null;
  readonly createdAt: Date;
  readonly attempts: number;
  readonly deliveredAt: Date | null;
  /** When it was given up. */
  readonly failedAt: Date | null;
  readonly lastError: string | null;
}

export interface AlertFilter {
  readonly state?: 'firing' | 'resolved' | undefined;
  readonly deviceId?: string | undefined;
  readonly ruleId?: string | undefined;
  readonly severity?: string | undefined;
  readonly acknowledged?: boolean | undefined;
  /** Whether it is snoozed now. */
  readonly snoozed?: boolean | undefined;
  /** Fired at or after this time. */
  readonly fromMs?: number | undefined;
  /** Fired before this time. */
  readonly toMs?: number | undefined;
  /** A label that it has. */
  readonly label?: { readonly name: string; readonly value: string } | undefined;
  /** Alerts after the one with this ID, which fired earlier. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Of the alerts that fire now. */
export interface AlertCounts {
  readonly severity: string;
  readonly firing: number;
  readonly acknowledged: number;
  readonly snoozed: number;
}

export interface AlertSummary {
  readonly open: readonly AlertCounts[];
  /** Of the last 24 hours: alerts that fired, and how many of these are resolved. */
  readonly lastDay: { readonly fired: number; readonly resolved: number };
}

const COLUMNS = `alert_id AS "alertId", rule_id AS "ruleId", rule_name AS "ruleName", description, severity,
  device_id AS "deviceId", metric, labels, state, started_at AS "startedAt", fired_at AS "firedAt",
  resolved_at AS "resolvedAt", resolved_by AS "resolvedBy", value, text, summary, acknowledged_at AS "acknowledgedAt",
  acknowledged_by AS "acknowledgedBy", snoozed_until AS "snoozedUntil", snoozed_by AS "snoozedBy"`;

/** Alerts, newest first. `acknowledgeAlert` and its like change them. */
export class AlertReader {
  constructor(private readonly db: Queryable) {}

  /** @throws DatabaseError */
  async list(filter: AlertFilter): Promise<Page<StoredAlert, string>> {
    const rows = await selectRows<StoredAlert>(
      this.db,
      'listing alerts',
      `SELECT ${COLUMNS} FROM alert
       WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR device_id = $2)
         AND ($3::text IS NULL OR rule_id = $3) AND ($4::boolean IS NULL OR (acknowledged_at IS NOT NULL) = $4)
         AND ($5::text IS NULL OR (fired_at, alert_id) < (SELECT fired_at, alert_id FROM alert WHERE alert_id = $5))
         AND ($7::text IS NULL OR severity = $7)
         AND ($8::boolean IS NULL OR coalesce(state = 'firing' AND snoozed_until > now(), false) = $8)
         AND ($9::timestamptz IS NULL OR fired_at >= $9) AND ($10::timestamptz IS NULL OR fired_at < $10)
         AND ($11::jsonb IS NULL OR labels @> $11)
       ORDER BY fired_at DESC, alert_id DESC LIMIT $6`,
      [
        filter.state ?? null,
        filter.deviceId ?? null,
        filter.ruleId ?? null,
        filter.acknowledged ?? null,
        filter.after ?? null,
        filter.limit + 1,
        filter.severity ?? null,
        filter.snoozed ?? null,
        timeOf(filter.fromMs),
        timeOf(filter.toMs),
        filter.label ? JSON.stringify({ [filter.label.name]: filter.label.value }) : null,
      ],
    );
    return pageOf(rows, filter.limit, (alert) => alert.alertId);
  }

  /** @throws DatabaseError */
  async find(alertId: string): Promise<StoredAlert | undefined> {
    const sql = `SELECT ${COLUMNS} FROM alert WHERE alert_id = $1`;
    return (await selectRows<StoredAlert>(this.db, 'reading an alert', sql, [alertId]))[0];
  }

  /** What happened to an alert, in order: the newest `limit` events. @throws DatabaseError */
  async events(alertId: string, limit: number): Promise<StoredAlertEvent[]> {
    const rows = await selectRows<StoredAlertEvent>(
      this.db,
      'reading the events of an alert',
      `SELECT sequence::float8, transition, time, value, severity, actor, detail, recorded_at AS "recordedAt"
       FROM alert_event WHERE alert_id = $1 ORDER BY sequence DESC LIMIT $2`,
      [alertId, limit],
    );
    return rows.reverse();
  }

  /** Who was told of an alert, in the order of its events: the newest `limit`. @throws DatabaseError */
  async notifications(alertId: string, limit: number): Promise<AlertNotification[]> {
    const rows = await selectRows<AlertNotification>(
      this.db,
      'reading the notifications of an alert',
      `SELECT n.sequence::float8, n.channel AS receiver,
              CASE n.channel WHEN 'channel' THEN n.target END AS "channelId", n.created_at AS "createdAt",
              coalesce(m.attempts, n.attempts) AS attempts,
              coalesce(n.delivered_at, m.delivered_at) AS "deliveredAt",
              coalesce(n.failed_at, m.failed_at) AS "failedAt",
              coalesce(n.last_error, m.last_error) AS "lastError"
       FROM alert_event e JOIN notification n USING (sequence) LEFT JOIN notification_message m USING (message_id)
       WHERE e.alert_id = $1 ORDER BY n.notification_id DESC LIMIT $2`,
      [alertId, limit],
    );
    return rows.reverse();
  }

  /** How many alerts there are; looks at open ones and those of the last day only. @throws DatabaseError */
  async summary(): Promise<AlertSummary> {
    const open = await selectRows<AlertCounts>(
      this.db,
      'counting open alerts',
      `SELECT severity, count(*)::int AS firing, count(acknowledged_at)::int AS acknowledged,
              (count(*) FILTER (WHERE snoozed_until > now()))::int AS snoozed
       FROM alert WHERE state = 'firing' GROUP BY severity`,
      [],
    );
    const [lastDay = { fired: 0, resolved: 0 }] = await selectRows<AlertSummary['lastDay']>(
      this.db,
      'counting the alerts of a day',
      `SELECT count(*)::int AS fired, (count(*) FILTER (WHERE state = 'resolved'))::int AS resolved
       FROM alert WHERE fired_at >= now() - INTERVAL '24 hours'`,
      [],
    );
    return { open, lastDay };
  }
}

function timeOf(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}
