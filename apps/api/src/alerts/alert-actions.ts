import type pg from 'pg';
import { acknowledgeAlert, snoozeAlert, unsnoozeAlert } from '@fieldstream/timescale';

/** What came of an action. */
export type ActionOutcome = 'done' | 'not-found' | 'resolved';

/** What people do to alerts. Every method throws DatabaseError. */
export class AlertActions {
  constructor(private readonly pool: pg.Pool) {}

  acknowledge(alertId: string, by: string): Promise<ActionOutcome> {
    return acknowledgeAlert(this.pool, alertId, by);
  }

  snooze(alertId: string, untilMs: number, by: string): Promise<ActionOutcome> {
    return snoozeAlert(this.pool, alertId, untilMs, by);
  }

  unsnooze(alertId: string, by: string): Promise<ActionOutcome> {
    return unsnoozeAlert(this.pool, alertId, by);
  }
}
