import { type Checked } from '@fieldstream/domain';
import { type AlertRecord } from '@fieldstream/wire';
import { type AlertMessage } from '../alert-message.js';
import { type ChannelType, type SendContext } from '../channel-type.js';
import { ConfigFields } from '../config-fields.js';
import { DeliveryProgress, sendParts } from '../delivery-progress.js';
import { sendJson } from '../http-request.js';
import { newestOfEach, severityOf, subjectOf, valueText } from '../render.js';
import { secretTexts } from '../secret-fields.js';
import { oneLine, plainLines, truncate } from '../text.js';

export interface OpsgenieConfig {
  readonly apiKey: string;
  /** Default `https://api.opsgenie.com`; of the EU region `https://api.eu.opsgenie.com`. */
  readonly apiUrl?: string;
}

const SECRET_FIELDS = ['apiKey'];
const API_URL = 'https://api.opsgenie.com';
/** https://docs.opsgenie.com/docs/alert-api#create-alert */
const LIMITS = {
  message: 130,
  entity: 512,
  description: 15_000,
  tag: 50,
  source: 100,
  details: 8000,
} as const;
const PRIORITIES = { critical: 'P1', warning: 'P3', info: 'P5' } as const;

const progress = new DeliveryProgress();

/**
 * Opsgenie, and Jira Service Management by its address for Opsgenie clients: https://docs.opsgenie.com/docs/alert-api. One
 * alert there per alert here, whose alias is the alert's ID: told twice it is one, and a recovery closes it. A change of
 * severity changes its priority. A test opens an alert and closes it.
 */
export const opsgenie: ChannelType<OpsgenieConfig> = {
  type: 'opsgenie',
  secretFields: SECRET_FIELDS,
  defaults: { groupWaitMs: 0, messagesPerMinute: 120 },
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<OpsgenieConfig> {
  const fields = new ConfigFields(input, ['apiKey', 'apiUrl'], 'config');
  return fields.done<OpsgenieConfig>({
    apiKey: fields.text('apiKey', {
      maxLength: 100,
      pattern: /^[A-Za-z0-9-]{16,}$/,
      what: 'the key of an API integration, e.g. eb243592-faa2-4ba2-a551-1afdf565c889',
    }),
    apiUrl: fields.url('apiUrl', API_URL, true),
  });
}

async function send(config: OpsgenieConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const base = `${(config.apiUrl ?? API_URL).replace(/\/+$/, '')}/v2/alerts`;
  const headers = { authorization: `GenieKey ${config.apiKey}` };
  const secrets = secretTexts(config, SECRET_FIELDS);
  const request = (path: string, body: object, method: 'POST' | 'PUT' = 'POST'): Promise<void> =>
    sendJson({ url: `${base}${path}`, method, headers, body, secrets }, context.signal);
  await sendParts(
    {
      items: newestOfEach(message.alerts),
      keyOf: (alert) => alert.alertId,
      concurrency: 4,
      send: async (alert) => {
        const path = (action: string): string =>
          `/${encodeURIComponent(alert.alertId)}/${action}?identifierType=alias`;
        const closing = { source: 'Fieldstream', note: truncate(oneLine(alert.summary), LIMITS.description) };
        if (alert.state === 'resolved') return request(path('close'), closing);
        await request('', newAlert(alert, context.consoleUrl));
        // Creating an alert that is open only counts it once more.
        if (alert.change === 'severity')
          await request(path('priority'), { priority: PRIORITIES[severityOf(alert.severity)] }, 'PUT');
        if (message.isTest) await request(path('close'), closing);
      },
    },
    progress.of(message.idempotencyKey),
  );
  progress.forget(message.idempotencyKey);
}

function newAlert(alert: AlertRecord, consoleUrl: string | undefined): object {
  const summary = oneLine(alert.summary) || oneLine(`${alert.ruleName}: ${subjectOf(alert)}`);
  const description = [summary, ...plainLines(alert.description), consoleUrl ?? ''].join('\n').trim();
  return {
    message: truncate(summary, LIMITS.message),
    alias: alert.alertId,
    description: truncate(description, LIMITS.description),
    priority: PRIORITIES[severityOf(alert.severity)],
    entity: truncate(oneLine(alert.deviceId), LIMITS.entity),
    source: 'Fieldstream',
    tags: [alert.ruleId, severityOf(alert.severity)].map((tag) => truncate(tag, LIMITS.tag)),
    details: detailsOf(alert),
  };
}

/** As many as fit. */
function detailsOf(alert: AlertRecord): Record<string, string> {
  const all: [string, string][] = [
    ['rule', oneLine(alert.ruleName)],
    ['device', alert.deviceId],
    ['metric', alert.metric],
    ['value', truncate(valueText(alert), 1000)],
    ...Object.entries(alert.labels).map(([name, value]): [string, string] => [
      `label ${name}`,
      oneLine(value),
    ]),
  ];
  let room: number = LIMITS.details;
  const fitting = all.filter(([name, value]) => value !== '' && (room -= name.length + value.length) >= 0);
  return Object.fromEntries(fitting);
}
