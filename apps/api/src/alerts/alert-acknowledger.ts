import type pg from 'pg';
import { acknowledgeAlert } from '@fieldstream/timescale';

/** Notes acknowledgements. */
export class AlertAcknowledger {
  constructor(private readonly pool: pg.Pool) {}

  /** False if there is no such alert. @throws DatabaseError */
  acknowledge(alertId: string, by: string): Promise<boolean> {
    return acknowledgeAlert(this.pool, alertId, by);
  }
}
