import { type Checked, isRecord, SEVERITIES } from '@fieldstream/domain';
import { type AlertRecord } from '@fieldstream/wire';
import { type AlertMessage } from '../alert-message.js';
import { type ChannelType, type SendContext } from '../channel-type.js';
import { ConfigFields } from '../config-fields.js';
import { sendParts } from '../delivery-progress.js';
import { getJson, sendJson } from '../http-request.js';
import { newestOfEach, severityOf, subjectOf, valueText } from '../render.js';
import { secretTexts } from '../secret-fields.js';
import { oneLine } from '../text.js';

export interface AlertmanagerConfig {
  /** Without `/api/v2/alerts`, e.g. `http://alertmanager:9093`. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Labels that every alert has, e.g. `{"cluster": "north"}`. */
  readonly labels?: Readonly<Record<string, string>>;
}

const SECRET_FIELDS = ['password', 'token'];
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const MOST_LABELS = 20;
/** An open alert ends by itself this long after it was last told: when nobody refreshes it, nobody knows. */
export const ALERTMANAGER_LAPSE_MS = 5 * 60 * 1000;
const ALERTS_A_REQUEST = 500;
/** Alerts of a message after whose severity it is asked, and bytes of an answer, which tells of a handful at most. */
const MOST_QUESTIONS = 20;
const LONGEST_ANSWER_BYTES = 256 * 1024;

/**
 * Prometheus Alertmanager, API v2: https://prometheus.io/docs/alerting/latest/alerts_api/. Grouping, silences and routing
 * are its job, so it is told at once, without grouping here.
 *
 * Labels: `alertname` is the rule's name, which is what people read; `rule_id`, `device_id`, `metric`, `severity`; then
 * `labels` of the channel, then those of the device, with `_` for what a name may not hold and `device_` before a name that
 * is taken. Alertmanager knows an alert by its labels, so a change of severity ends one alert there and begins another.
 */
export const alertmanager: ChannelType<AlertmanagerConfig> = {
  type: 'alertmanager',
  secretFields: SECRET_FIELDS,
  defaults: { groupWaitMs: 0, messagesPerMinute: 600 },
  parseConfig,
  async send(config, message, context) {
    await post(config, await entriesOf(config, message, context), context);
  },
  async refresh(config, alerts, context) {
    const now = Date.now();
    const open = newestOfEach(alerts).filter((alert) => alert.state === 'firing');
    await post(
      config,
      open.map((alert) => entryOf(config, alert, context.consoleUrl, now)),
      context,
    );
  },
};

function parseConfig(input: unknown): Checked<AlertmanagerConfig> {
  const fields = new ConfigFields(input, ['url', 'user', 'password', 'token', 'labels'], 'config');
  if (fields.has('token') && fields.has('password'))
    fields.fault('token', 'does not go with password: Alertmanager takes one or the other');
  if (fields.has('user') !== fields.has('password'))
    fields.fault(fields.has('user') ? 'password' : 'user', 'must be there: user and password go together');
  const credential = { maxLength: 1000, isOptional: true };
  return fields.done<AlertmanagerConfig>({
    url: fields.url('url', 'http://alertmanager:9093'),
    user: fields.text('user', { ...credential, pattern: /^[^:]+$/, what: 'a user name without a colon' }),
    password: fields.text('password', { ...credential, what: 'a password' }),
    token: fields.text('token', { ...credential, pattern: /^[\x21-\x7e]+$/, what: 'a bearer token' }),
    labels: parseLabels(fields),
  });
}

function parseLabels(fields: ConfigFields): Record<string, string> | undefined {
  const value = fields.raw('labels');
  if (value === undefined) return undefined;
  if (!isRecord(value) || Object.keys(value).length > MOST_LABELS) {
    const fault = `must be an object of at most ${MOST_LABELS} labels, e.g. {"cluster": "north"}`;
    return fields.fault('labels', fault);
  }
  for (const [name, text] of Object.entries(value)) {
    if (!LABEL_NAME.test(name) || name.startsWith('__'))
      fields.fault(`labels.${name}`, 'is no name of a label: letters, digits and _, e.g. cluster');
    else if (typeof text !== 'string' || text === '' || text.length > 200)
      fields.fault(`labels.${name}`, 'must be a text of 1 to 200 characters');
  }
  return value as Record<string, string>;
}

interface Entry {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** The alerts as they stand, and before each whose severity has changed the end of what it was there. */
async function entriesOf(
  config: AlertmanagerConfig,
  message: AlertMessage,
  { consoleUrl, signal }: SendContext,
): Promise<Entry[]> {
  const alerts = newestOfEach(message.alerts);
  const changed = changedBefore(message.alerts);
  const former = new Map<string, readonly string[]>();
  await Promise.all(
    alerts
      .filter(({ alertId }) => changed.has(alertId))
      .map(async (alert, index) => {
        const asked = index < MOST_QUESTIONS ? await openThere(config, alert, signal) : SEVERITIES;
        former.set(
          alert.alertId,
          asked.filter((severity) => severity !== severityOf(alert.severity)),
        );
      }),
  );
  const now = Date.now();
  const entries: Entry[] = [];
  for (const alert of alerts) {
    for (const severity of former.get(alert.alertId) ?? []) {
      const ended: AlertRecord = { ...alert, severity, state: 'resolved', atMs: now };
      entries.push(entryOf(config, ended, consoleUrl, now));
    }
    entries.push(entryOf(config, alert, consoleUrl, now));
  }
  return entries;
}

/** IDs of alerts that had another severity before this message: one that fired in it never had another there. */
function changedBefore(records: readonly AlertRecord[]): ReadonlySet<string> {
  const withChange = (change: string): string[] =>
    records.filter((record) => record.change === change).map((record) => record.alertId);
  const fired = new Set(withChange('firing'));
  return new Set(withChange('severity').filter((alertId) => !fired.has(alertId)));
}

/**
 * The severities under which an alert is open there. A record does not tell the one before a change, and ending what never
 * began would be told to people as a recovery. Where there is no answer, all: better one recovery too many than an alert
 * that stays open.
 */
async function openThere(
  config: AlertmanagerConfig,
  alert: AlertRecord,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const subject = { rule_id: alert.ruleId, device_id: alert.deviceId, metric: alert.metric };
  const query = new URLSearchParams({ active: 'true', silenced: 'true', inhibited: 'true' });
  for (const [name, value] of Object.entries(subject))
    query.append('filter', `${name}=${JSON.stringify(value)}`);
  try {
    const found = await getJson(endpointOf(config, `?${query.toString()}`), LONGEST_ANSWER_BYTES, signal);
    const severities = new Set(
      (found as { labels: Record<string, string> }[]).map(({ labels }) => labels['severity']),
    );
    return SEVERITIES.filter((severity) => severities.has(severity));
  } catch {
    // If it does not answer at all, the request that follows tells.
    return SEVERITIES;
  }
}

function entryOf(
  config: AlertmanagerConfig,
  alert: AlertRecord,
  consoleUrl: string | undefined,
  now: number,
): Entry {
  // It refuses an alert that ends before it begins, and one that ends later than now is open.
  const startsAt = Math.min(alert.startedAtMs, now);
  const endsAt =
    alert.state === 'firing' ? now + ALERTMANAGER_LAPSE_MS : Math.min(Math.max(alert.atMs, startsAt), now);
  const summary = oneLine(alert.summary) || oneLine(`${alert.ruleName}: ${subjectOf(alert)}`);
  return {
    labels: labelsOf(config, alert),
    annotations: withoutEmpty({ summary, description: alert.description, value: valueText(alert) }),
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    ...(consoleUrl ? { generatorURL: consoleUrl } : {}),
  };
}

function labelsOf({ labels: own = {} }: AlertmanagerConfig, alert: AlertRecord): Record<string, string> {
  const labels: Record<string, string> = {
    ...own,
    alertname: oneLine(alert.ruleName) || alert.ruleId,
    rule_id: alert.ruleId,
    device_id: alert.deviceId,
    metric: alert.metric,
    severity: severityOf(alert.severity),
  };
  // In order of name, so that the same device always gives the same labels.
  for (const [name, value] of Object.entries(alert.labels).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const plain = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d|__)/, 'device_');
    const free = Object.hasOwn(labels, plain) ? `device_${plain}` : plain;
    if (!Object.hasOwn(labels, free)) labels[free] = value;
  }
  return withoutEmpty(labels);
}

/** To Prometheus an empty label is none. */
function withoutEmpty(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts)
      .filter(([, text]) => text !== '')
      .map(([name, text]) => [name, text.toWellFormed()]),
  );
}

async function post(
  config: AlertmanagerConfig,
  entries: readonly Entry[],
  { signal }: SendContext,
): Promise<void> {
  const endpoint = endpointOf(config);
  const starts = Array.from(
    { length: Math.ceil(entries.length / ALERTS_A_REQUEST) },
    (_, i) => i * ALERTS_A_REQUEST,
  );
  await sendParts(
    {
      items: starts,
      keyOf: String,
      concurrency: 1,
      send: (start) =>
        sendJson({ ...endpoint, body: entries.slice(start, start + ALERTS_A_REQUEST) }, signal),
    },
    // Told twice is told once, so an attempt always begins at the beginning.
    new Set(),
  );
}

function endpointOf(
  config: AlertmanagerConfig,
  query = '',
): { url: string; headers: Record<string, string>; secrets: string[] } {
  return {
    url: `${config.url.replace(/\/+$/, '')}/api/v2/alerts${query}`,
    headers: authorization(config),
    secrets: secretTexts(config, SECRET_FIELDS),
  };
}

function authorization({ user, password, token }: AlertmanagerConfig): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (user === undefined || password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
