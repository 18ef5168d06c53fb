import { type AlertRecord } from '@fieldstream/wire';
import { type AlertMessage } from './alert-message.js';
import { LISTED_ALERTS, type RenderedMessage, severityOf, subjectOf, timeText, valueText } from './render.js';
import { fitLines, oneLine } from './text.js';

/** A name that a template may use. */
export interface TemplateVariable {
  readonly name: string;
  /** Names of an alert are known between `{{#alerts}}` and `{{/alerts}}` alone. */
  readonly of: 'message' | 'alert';
  readonly meaning: string;
}

/** Every name that a template may use; `labels.<name>` stands for one name per label. */
export const TEMPLATE_VARIABLES: readonly TemplateVariable[] = [
  { name: 'title', of: 'message', meaning: 'The title that the message has without a template' },
  { name: 'text', of: 'message', meaning: 'The lines that it has without a template' },
  { name: 'status', of: 'message', meaning: '`firing`, or `resolved` when no alert of it is open' },
  { name: 'severity', of: 'message', meaning: 'The highest of the open alerts, or else of all' },
  {
    name: 'isTest',
    of: 'message',
    meaning: 'Whether the test button sent it: for `{{#isTest}}…{{/isTest}}`',
  },
  { name: 'id', of: 'message', meaning: 'The idempotency key' },
  { name: 'createdAt', of: 'message', meaning: 'When the message was put together' },
  { name: 'channelId', of: 'message', meaning: 'ID of the channel' },
  { name: 'channelName', of: 'message', meaning: 'Name of the channel' },
  {
    name: 'ruleId',
    of: 'message',
    meaning: 'ID of the rule; empty over several rules. Of an alert: its own',
  },
  { name: 'ruleName', of: 'message', meaning: 'Name of the rule, likewise' },
  { name: 'description', of: 'message', meaning: 'What the rule says it means and what to do' },
  { name: 'consoleUrl', of: 'message', meaning: 'Where people see the alerts; may be empty' },
  { name: 'alertCount', of: 'message', meaning: 'How many alerts it is about' },
  { name: 'firingCount', of: 'message', meaning: 'How many of them are open' },
  { name: 'resolvedCount', of: 'message', meaning: 'How many are resolved' },
  { name: 'hiddenCount', of: 'message', meaning: `How many are beyond the ${LISTED_ALERTS} that are listed` },
  { name: 'alerts', of: 'message', meaning: 'The alerts: for `{{#alerts}}…{{/alerts}}`' },
  { name: 'alertId', of: 'alert', meaning: 'ID of the alert, the same from firing to resolved' },
  { name: 'state', of: 'alert', meaning: '`firing` or `resolved`' },
  { name: 'change', of: 'alert', meaning: 'What happened to it, e.g. `severity`' },
  { name: 'device', of: 'alert', meaning: 'ID of the device' },
  { name: 'metric', of: 'alert', meaning: 'Name of the metric; empty for the device as a whole' },
  { name: 'subject', of: 'alert', meaning: '`temperature of gh-1`, or the device alone' },
  { name: 'value', of: 'alert', meaning: 'The value or text that held; may be empty' },
  { name: 'summary', of: 'alert', meaning: 'One sentence' },
  {
    name: 'startedAt',
    of: 'alert',
    meaning: 'Since when the condition held, e.g. `2026-05-04 10:00:00 UTC`',
  },
  { name: 'at', of: 'alert', meaning: 'When it changed' },
  { name: 'acknowledgedBy', of: 'alert', meaning: 'Who has seen it; may be empty' },
  {
    name: 'labels.<name>',
    of: 'alert',
    meaning: 'A label of the device; empty where it has none of that name',
  },
  { name: 'labelText', of: 'alert', meaning: 'All labels: `row=3, site=north`' },
  { name: 'last', of: 'alert', meaning: 'Whether it is the last one: for `{{^last}},{{/last}}`' },
];

/** The names of `TEMPLATE_VARIABLES` with what they stand for. Texts are of one line, but for `text` and `description`. */
export type TemplateView = Readonly<Record<string, unknown>>;

export function templateView(
  message: AlertMessage,
  rendered: RenderedMessage,
  consoleUrl: string | undefined,
): TemplateView {
  const listed = rendered.alerts.slice(0, LISTED_ALERTS);
  return {
    title: rendered.title,
    text: fitLines(rendered.lines, rendered.hidden, Infinity),
    status: rendered.status,
    severity: rendered.severity,
    isTest: message.isTest,
    id: message.idempotencyKey,
    createdAt: timeText(message.createdAtMs),
    channelId: message.channel.id,
    channelName: oneLine(message.channel.name),
    ruleId: message.rule?.id ?? '',
    ruleName: oneLine(message.rule?.name ?? ''),
    description: rendered.description,
    consoleUrl: consoleUrl ?? '',
    alertCount: rendered.alerts.length,
    firingCount: rendered.firingCount,
    resolvedCount: rendered.resolvedCount,
    hiddenCount: rendered.alerts.length - listed.length,
    alerts: listed.map((alert, index) => alertView(alert, index === listed.length - 1)),
  };
}

function alertView(alert: AlertRecord, isLast: boolean): TemplateView {
  const labels = Object.entries(alert.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    alertId: alert.alertId,
    state: alert.state,
    change: alert.change,
    severity: severityOf(alert.severity),
    ruleId: alert.ruleId,
    ruleName: oneLine(alert.ruleName),
    device: oneLine(alert.deviceId),
    metric: oneLine(alert.metric),
    subject: subjectOf(alert),
    value: valueText(alert),
    summary: oneLine(alert.summary),
    description: oneLine(alert.description),
    startedAt: timeText(alert.startedAtMs),
    at: timeText(alert.atMs),
    acknowledgedBy: oneLine(alert.acknowledgedBy ?? ''),
    // Without a prototype: a label may have any name, and a template may ask for any.
    labels: Object.assign(
      Object.create(null) as object,
      Object.fromEntries(labels.map(([name, value]) => [name, oneLine(value)])),
    ),
    labelText: oneLine(labels.map(([name, value]) => `${name}=${value}`).join(', ')),
    last: isLast,
  };
}
