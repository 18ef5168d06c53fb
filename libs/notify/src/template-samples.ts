import { type AlertRecord } from '@fieldstream/wire';
import { type AlertMessage, testMessage } from './alert-message.js';

/** Texts with what JSON, HTML and header lines give a meaning to. */
const AWKWARD = 'a "b" \\ <c> & {{d}}\r\n😀';

/** Messages on which a template is tried before it is stored: awkward texts, no value, several alerts, none open. */
export function sampleMessages(): readonly AlertMessage[] {
  const base = testMessage({ id: 'sample', name: AWKWARD }, 0);
  const [alert] = base.alerts;
  if (!alert) return [base];
  const awkward: AlertRecord = {
    ...alert,
    alertId: 'b',
    ruleName: AWKWARD,
    summary: AWKWARD,
    description: AWKWARD,
    labels: { site: AWKWARD },
    value: null,
    acknowledgedBy: AWKWARD,
  };
  const resolved: AlertRecord = {
    ...alert,
    alertId: 'c',
    state: 'resolved',
    change: 'resolved',
    value: -0.5,
  };
  return [
    base,
    { ...base, rule: undefined, alerts: [awkward, alert, resolved] },
    { ...base, alerts: [resolved] },
  ];
}
