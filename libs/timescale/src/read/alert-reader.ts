import type { Queryable } from '../queryable.js';
import { pageOf, type Page } from './page.js';
import { selectRows } from './select-rows.js';

/** An alert: from the moment its rule's condition held until it was resolved. Times are event times. */
export interface StoredAlert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly severity: string;
  readonly deviceId: string;
  readonly metric: string;
  readonly state: 'firing' | 'resolved';
  readonly startedAt: Date;
  readonly firedAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly value: number | null;
  readonly summary: string;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
}

export interface StoredAlertEvent {
  readonly sequence: number;
  readonly transition: 'firing' | 'resolved' | 'acknowledged';
  readonly time: Date;
  readonly value: number | null;
  readonly detail: string | null;
  readonly recordedAt: Date;
}

export interface AlertFilter {
  readonly state?: 'firing' | 'resolved' | undefined;
  readonly deviceId?: string | undefined;
  readonly ruleId?: string | undefined;
  readonly acknowledged?: boolean | undefined;
  /** Alerts after the one with this ID, which fired earlier. */
  readonly after?: string | undefined;
  readonly limit: number;
}

const COLUMNS = `alert_id AS "alertId", rule_id AS "ruleId", rule_name AS "ruleName", severity, device_id AS "deviceId",
  metric, state, started_at AS "startedAt", fired_at AS "firedAt", resolved_at AS "resolvedAt",
  resolved_by AS "resolvedBy", value, summary, acknowledged_at AS "acknowledgedAt", acknowledged_by AS "acknowledgedBy"`;

/** Alerts, newest first. `acknowledgeAlert` changes them. */
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
       ORDER BY fired_at DESC, alert_id DESC LIMIT $6`,
      [
        filter.state ?? null,
        filter.deviceId ?? null,
        filter.ruleId ?? null,
        filter.acknowledged ?? null,
        filter.after ?? null,
        filter.limit + 1,
      ],
    );
    return pageOf(rows, filter.limit, (alert) => alert.alertId);
  }

  /** @throws DatabaseError */
  async find(alertId: string): Promise<StoredAlert | undefined> {
    const sql = `SELECT ${COLUMNS} FROM alert WHERE alert_id = $1`;
    return (await selectRows<StoredAlert>(this.db, 'reading an alert', sql, [alertId]))[0];
  }

  /** What happened to an alert, in order; each transition happens once, so there are at most three. @throws DatabaseError */
  async events(alertId: string): Promise<StoredAlertEvent[]> {
    return selectRows<StoredAlertEvent>(
      this.db,
      'reading the events of an alert',
      `SELECT sequence::float8, transition, time, value, detail, recorded_at AS "recordedAt" FROM alert_event
       WHERE alert_id = $1 ORDER BY sequence`,
      [alertId],
    );
  }
}
