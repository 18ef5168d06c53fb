import { SEVERITIES, type Severity } from '@fieldstream/domain';
import type { Schema } from '../../client/api.js';

/** What may be chosen of open alerts by what people did with them. */
export const HANDLINGS = ['all', 'unhandled', 'acknowledged', 'snoozed'] as const;
export type Handling = (typeof HANDLINGS)[number];

/** Which open alerts are shown, and how. Empty texts choose nothing. */
export interface AlertFilters {
  readonly severity: Severity | '';
  readonly handling: Handling;
  /** A device ID. */
  readonly device: string;
  /** A rule ID. */
  readonly rule: string;
  readonly text: string;
  readonly isGrouped: boolean;
}

type Alert = Schema<'Alert'>;

/** The filters that an address holds; what it holds otherwise, or wrongly, is passed over. */
export function filtersOf(search: URLSearchParams): AlertFilters {
  return {
    severity: SEVERITIES.find((known) => known === search.get('severity')) ?? '',
    handling: HANDLINGS.find((known) => known === search.get('handling')) ?? 'all',
    device: search.get('device') ?? '',
    rule: search.get('rule') ?? '',
    text: search.get('q') ?? '',
    isGrouped: search.get('group') === 'rule',
  };
}

/** The address's parameters with some filters changed; those at their default are left out, other parameters are kept. */
export function withFilters(search: URLSearchParams, change: Partial<AlertFilters>): URLSearchParams {
  const { severity, handling, device, rule, text, isGrouped } = { ...filtersOf(search), ...change };
  const changed = new URLSearchParams(search);
  const set = (name: string, value: string, isDefault = value === ''): void => {
    if (isDefault) changed.delete(name);
    else changed.set(name, value);
  };
  set('severity', severity);
  set('handling', handling, handling === 'all');
  set('device', device);
  set('rule', rule);
  set('q', text);
  set('group', 'rule', !isGrouped);
  return changed;
}

/** Whether any filter leaves alerts out. */
export function isFiltered({ severity, handling, device, rule, text }: AlertFilters): boolean {
  return severity !== '' || handling !== 'all' || device !== '' || rule !== '' || text.trim() !== '';
}

/** Whether nobody is told of the alert at the moment. */
export function isSnoozed({ snoozedUntil }: Pick<Alert, 'snoozedUntil'>, nowMs: number): boolean {
  return snoozedUntil !== null && Date.parse(snoozedUntil) > nowMs;
}

/** The alerts that fit the filters which the server does not know: words, and what people did. */
export function fitting(alerts: readonly Alert[], filters: AlertFilters, nowMs: number): Alert[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  return alerts.filter((alert) => {
    const labels = Object.entries(alert.labels).map(([label, value]) => `${label}=${value}`);
    const told = [alert.summary, alert.ruleName, alert.ruleId, alert.deviceId, alert.metric, ...labels]
      .join(' ')
      .toLowerCase();
    return words.every((word) => told.includes(word)) && fitsHandling(alert, filters.handling, nowMs);
  });
}

function fitsHandling(alert: Alert, handling: Handling, nowMs: number): boolean {
  const isAcknowledged = alert.acknowledgedAt !== null;
  switch (handling) {
    case 'all':
      return true;
    case 'unhandled':
      return !isAcknowledged && !isSnoozed(alert, nowMs);
    case 'acknowledged':
      return isAcknowledged;
    case 'snoozed':
      return isSnoozed(alert, nowMs);
  }
}

/** Alerts of one rule. */
export interface AlertGroup {
  readonly ruleId: string;
  readonly ruleName: string;
  readonly alerts: readonly Alert[];
}

/** Alerts by rule; groups and alerts stay in the order in which they came. */
export function groupedByRule(alerts: readonly Alert[]): AlertGroup[] {
  const groups = new Map<string, { ruleId: string; ruleName: string; alerts: Alert[] }>();
  for (const alert of alerts) {
    const { ruleId, ruleName } = alert;
    const group = groups.get(ruleId);
    if (group === undefined) groups.set(ruleId, { ruleId, ruleName, alerts: [alert] });
    else group.alerts.push(alert);
  }
  return [...groups.values()];
}
