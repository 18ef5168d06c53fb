import { compareSeverity, SEVERITIES, type Severity } from '@fieldstream/domain';
import { type AlertRecord } from '@fieldstream/wire';
import { type AlertMessage } from './alert-message.js';
import { oneLine, plainLines, truncate } from './text.js';

/** Alerts, or devices of one gateway, that a message lists; further ones are counted. */
export const LISTED_ALERTS = 20;
/** The label that tells through which gateway a device is connected. */
export const GATEWAY_LABEL = 'gateway';

const LONGEST_TITLE = 200;
const LONGEST_LINE = 500;
const LONGEST_DESCRIPTION = 1_000;

/** A message in words, before it takes the form that its receiver wants. All texts are plain and free of control characters. */
export interface RenderedMessage {
  /** `resolved` when none of its alerts is open. */
  readonly status: 'firing' | 'resolved';
  /** The highest of the open alerts, or else of all. */
  readonly severity: Severity;
  /** One line, at most 200 characters. */
  readonly title: string;
  /** One line an alert, at most 500 characters each and 20 of them; devices of one gateway share a line. */
  readonly lines: readonly string[];
  /** Alerts that no line names. */
  readonly hidden: number;
  /** What the rule says, where all alerts have the same; may have several lines, may be empty. */
  readonly description: string;
  /** Each alert once, as it stands since its last change: open ones first, the most severe first. */
  readonly alerts: readonly AlertRecord[];
  readonly firingCount: number;
  readonly resolvedCount: number;
}

/** Pure: the same message always gives the same words. */
export function renderMessage(message: AlertMessage): RenderedMessage {
  const alerts = newestOfEach(message.alerts).sort(byUrgency);
  const firing = alerts.filter((alert) => alert.state === 'firing');
  const gateway = commonGateway(alerts);
  const lines = gateway === undefined ? alertLines(alerts) : gatewayLines(alerts, gateway);
  const descriptions = new Set(alerts.map((alert) => alert.description));
  const [description = ''] = descriptions.size === 1 ? descriptions : [];
  return {
    status: firing.length > 0 ? 'firing' : 'resolved',
    severity: severityOf((firing[0] ?? alerts[0])?.severity),
    title: truncate(titleOf(message, alerts, firing.length, gateway), LONGEST_TITLE),
    lines: lines.slice(0, LISTED_ALERTS).map(({ text }) => truncate(text, LONGEST_LINE)),
    hidden: lines.slice(LISTED_ALERTS).reduce((sum, { alertCount }) => sum + alertCount, 0),
    description: truncate(plainLines(description).join('\n').trim(), LONGEST_DESCRIPTION),
    alerts,
    firingCount: firing.length,
    resolvedCount: alerts.length - firing.length,
  };
}

/** The newest of several changes of one alert is how it stands. */
export function newestOfEach(records: readonly AlertRecord[]): AlertRecord[] {
  const newest = new Map<string, AlertRecord>();
  for (const record of records) {
    const known = newest.get(record.alertId);
    if (!known || record.sequence >= known.sequence) newest.set(record.alertId, record);
  }
  return [...newest.values()];
}

/** What an alert is about: `temperature of gh-1`, or the device alone. */
export function subjectOf({ deviceId, metric }: Pick<AlertRecord, 'deviceId' | 'metric'>): string {
  return oneLine(metric === '' ? deviceId : `${metric} of ${deviceId}`);
}

/** The value or text that held, for people; empty where there is none. */
export function valueText({ value, text }: Pick<AlertRecord, 'value' | 'text'>): string {
  return text === null ? (value ?? '').toString() : oneLine(text);
}

/** `2026-05-04 10:00:00 UTC` */
export function timeText(ms: number): string {
  // Beyond what a date can be, the number says more than nothing.
  if (!(Math.abs(ms) <= 8.64e15)) return `${ms} ms`;
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A severity, the most severe one for a name that is not known. */
export function severityOf(name: string | undefined): Severity {
  return SEVERITIES.find((severity) => severity === name) ?? 'critical';
}

function byUrgency(a: AlertRecord, b: AlertRecord): number {
  if (a.state !== b.state) return a.state === 'firing' ? -1 : 1;
  return compareSeverity(severityOf(b.severity), severityOf(a.severity)) || a.sequence - b.sequence;
}

/** The gateway of all devices of the message, where there are several; it may be among them itself. */
function commonGateway(alerts: readonly AlertRecord[]): string | undefined {
  const gatewayOf = ({ labels }: AlertRecord): string | undefined =>
    Object.hasOwn(labels, GATEWAY_LABEL) ? labels[GATEWAY_LABEL] : undefined;
  const gateway = alerts.map(gatewayOf).find((label) => label !== undefined);
  if (gateway === undefined || gateway === '') return undefined;
  const fits = alerts.every((alert) => gatewayOf(alert) === gateway || alert.deviceId === gateway);
  return fits && countDevices(alerts) > 1 ? gateway : undefined;
}

function countDevices(alerts: readonly AlertRecord[]): number {
  return new Set(alerts.map((alert) => alert.deviceId)).size;
}

function titleOf(
  { isTest, rule }: AlertMessage,
  alerts: readonly AlertRecord[],
  firingCount: number,
  gateway: string | undefined,
): string {
  const names = new Set(alerts.map((alert) => alert.ruleName));
  const [first] = alerts;
  const ruleName = rule?.name ?? (names.size === 1 && first ? first.ruleName : `${names.size} rules`);
  const mark = isTest ? '[test] ' : '';
  return oneLine(`${mark}[${countsOf(alerts, firingCount)}] ${ruleName}: ${scopeOf(alerts, gateway)}`);
}

function countsOf(alerts: readonly AlertRecord[], firingCount: number): string {
  const resolvedCount = alerts.length - firingCount;
  if (alerts.length === 1) return firingCount > 0 ? 'firing' : 'resolved';
  const counts = [
    firingCount > 0 ? `${firingCount} firing` : '',
    resolvedCount > 0 ? `${resolvedCount} resolved` : '',
  ];
  return counts.filter((count) => count !== '').join(', ') || 'nothing';
}

function scopeOf(alerts: readonly AlertRecord[], gateway: string | undefined): string {
  const [first] = alerts;
  if (!first) return 'no alerts';
  if (alerts.length === 1) return subjectOf(first);
  const devices = countDevices(alerts);
  if (gateway !== undefined) return `${devices} devices of gateway ${gateway}`;
  return devices === 1 ? `${alerts.length} alerts of ${first.deviceId}` : `${devices} devices`;
}

interface Line {
  readonly text: string;
  readonly alertCount: number;
}

function alertLines(alerts: readonly AlertRecord[]): Line[] {
  return alerts.map((alert) => {
    const { summary, ruleName, acknowledgedBy, state, startedAtMs, atMs } = alert;
    const what = oneLine(summary) || oneLine(`${ruleName}: ${subjectOf(alert)}`);
    const when = state === 'firing' ? `since ${timeText(startedAtMs)}` : timeText(atMs);
    const who = acknowledgedBy === null ? '' : `, acknowledged by ${oneLine(acknowledgedBy)}`;
    // The time and who has seen it stay, however long the summary is.
    const after = ` (${when}${truncate(who, 100)})`;
    const before = `[${stateOf(alert)}] `;
    return {
      text: `${before}${truncate(what, LONGEST_LINE - before.length - after.length)}${after}`,
      alertCount: 1,
    };
  });
}

function gatewayLines(alerts: readonly AlertRecord[], gateway: string): Line[] {
  const groups = new Map<string, AlertRecord[]>();
  for (const alert of alerts) {
    const key = `${stateOf(alert)}/${alert.ruleName}`;
    const group = groups.get(key);
    if (group) group.push(alert);
    else groups.set(key, [alert]);
  }
  return [...groups.values()].map((group) => {
    const devices = [...new Set(group.map((alert) => alert.deviceId))];
    const [{ ruleName } = { ruleName: '' }] = group;
    const what = `${devices.length} ${devices.length === 1 ? 'device' : 'devices'} of gateway ${gateway}`;
    const before = `[${group[0] ? stateOf(group[0]) : ''}] ${oneLine(ruleName)}: ${oneLine(what)}: `;
    return {
      text: `${before}${listOf(devices.map(oneLine), LONGEST_LINE - before.length)}`,
      alertCount: group.length,
    };
  });
}

/** `a, b, … and 3 more`: at most 20 names, and fewer where they are long. */
function listOf(names: readonly string[], max: number): string {
  for (let kept = Math.min(names.length, LISTED_ALERTS); ; kept--) {
    const left = names.length - kept;
    const shown = left > 0 ? [...names.slice(0, kept), `… and ${left} more`] : names;
    const text = shown.join(', ');
    if (kept === 0 || text.length <= max) return text;
  }
}

function stateOf({ state, severity }: AlertRecord): string {
  return state === 'firing' ? severityOf(severity) : 'resolved';
}
