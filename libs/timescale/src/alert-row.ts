import type { AlertRecord } from '@fieldstream/wire';

/** Of a row of `alert`, what receivers are told. */
export interface AlertRow {
  alert_id: string;
  rule_id: string;
  rule_name: string;
  description: string;
  severity: string;
  device_id: string;
  metric: string;
  labels: Record<string, string>;
  state: 'firing' | 'resolved';
  started_at: Date;
  value: number | null;
  text: string | null;
  summary: string;
  acknowledged_by: string | null;
  snoozed_until: Date | null;
}

/** An alert as its row says that it stands, and the event that it is told for. */
export function toAlertRecord(
  alert: AlertRow,
  { change, sequence, atMs }: Pick<AlertRecord, 'change' | 'sequence' | 'atMs'>,
): AlertRecord {
  return {
    v: 1,
    sequence,
    alertId: alert.alert_id,
    state: alert.state,
    change,
    ruleId: alert.rule_id,
    ruleName: alert.rule_name,
    severity: alert.severity,
    deviceId: alert.device_id,
    metric: alert.metric,
    labels: alert.labels,
    value: alert.value,
    text: alert.text,
    atMs,
    startedAtMs: alert.started_at.getTime(),
    summary: alert.summary,
    description: alert.description,
    acknowledgedBy: alert.acknowledged_by,
    snoozedUntilMs: alert.snoozed_until?.getTime() ?? null,
  };
}
