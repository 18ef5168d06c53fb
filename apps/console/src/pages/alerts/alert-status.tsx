import { Badge } from '@grafana/ui';
import type { Schema } from '../../client/api.js';
import { isSnoozed } from './alert-filters.js';
import { momentText } from './moment-text.js';

/** What an alert is at the moment: firing, acknowledged by whom, snoozed until when, or resolved. */
export function AlertStatus(props: { readonly alert: Schema<'Alert'>; readonly nowMs: number }) {
  const { alert, nowMs } = props;
  const { state, acknowledgedAt, acknowledgedBy, snoozedUntil, snoozedBy } = alert;
  if (state === 'resolved') return <Badge color="green" icon="check" text="resolved" />;
  const badges = [];
  if (acknowledgedAt !== null) {
    const title = `${momentText(acknowledgedAt)}${acknowledgedBy === null ? '' : ` by ${acknowledgedBy}`}`;
    badges.push(
      <Badge key="seen" color="purple" icon="eye" text={`seen by ${acknowledgedBy ?? '?'}`} title={title} />,
    );
  }
  if (snoozedUntil !== null && isSnoozed(alert, nowMs)) {
    const title = `until ${momentText(snoozedUntil)}${snoozedBy === null ? '' : ` by ${snoozedBy}`}`;
    badges.push(<Badge key="snoozed" color="blue" icon="clock-nine" text="snoozed" title={title} />);
  }
  return badges.length === 0 ? <Badge color="red" icon="fire" text="firing" /> : <>{badges}</>;
}
