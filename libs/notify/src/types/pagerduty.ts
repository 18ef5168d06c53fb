import { type Checked } from '@fieldstream/domain';
import { type AlertRecord } from '@fieldstream/wire';
import { type AlertMessage } from '../alert-message.js';
import { type ChannelType, type SendContext } from '../channel-type.js';
import { ConfigFields } from '../config-fields.js';
import { DeliveryProgress, sendParts } from '../delivery-progress.js';
import { sendJson } from '../http-request.js';
import { newestOfEach, severityOf, subjectOf, valueText } from '../render.js';
import { secretTexts } from '../secret-fields.js';
import { oneLine, truncate } from '../text.js';

export interface PagerDutyConfig {
  readonly routingKey: string;
  /** Default `https://events.pagerduty.com/v2/enqueue`; of the EU region `https://events.eu.pagerduty.com/v2/enqueue`. */
  readonly url?: string;
}

const SECRET_FIELDS = ['routingKey'];
const EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue';
/** Of a summary, and of a source, which has no stated limit. */
const LONGEST_SUMMARY = 1024;
const LONGEST_DETAIL = 1000;

const progress = new DeliveryProgress();

/**
 * PagerDuty by the Events API v2: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/. One event per alert,
 * whose `dedup_key` is the alert's ID: an alert that is told twice is one incident, and a recovery resolves it. A test opens
 * an incident and resolves it.
 */
export const pagerduty: ChannelType<PagerDutyConfig> = {
  type: 'pagerduty',
  secretFields: SECRET_FIELDS,
  // Incidents are grouped there. 120 events a minute is a quarter of what an integration may send.
  defaults: { groupWaitMs: 0, messagesPerMinute: 120 },
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<PagerDutyConfig> {
  const fields = new ConfigFields(input, ['routingKey', 'url'], 'config');
  return fields.done<PagerDutyConfig>({
    routingKey: fields.text('routingKey', {
      maxLength: 32,
      pattern: /^[A-Za-z0-9]{32}$/,
      what: 'the 32 letters and digits of an integration key of the Events API v2',
    }),
    url: fields.url('url', EVENTS_URL, true),
  });
}

async function send(config: PagerDutyConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const secrets = secretTexts(config, SECRET_FIELDS);
  const post = (body: object): Promise<void> =>
    sendJson({ url: config.url ?? EVENTS_URL, body, secrets }, context.signal);
  await sendParts(
    {
      items: newestOfEach(message.alerts),
      keyOf: (alert) => alert.alertId,
      concurrency: 4,
      send: async (alert) => {
        await post(eventOf(config.routingKey, alert, context.consoleUrl));
        if (message.isTest) await post(resolution(config.routingKey, alert));
      },
    },
    progress.of(message.idempotencyKey),
  );
  progress.forget(message.idempotencyKey);
}

function eventOf(routingKey: string, alert: AlertRecord, consoleUrl: string | undefined): object {
  if (alert.state === 'resolved') return resolution(routingKey, alert);
  return {
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: alert.alertId,
    client: 'Fieldstream',
    ...(consoleUrl ? { client_url: consoleUrl } : {}),
    payload: {
      summary: truncate(
        oneLine(alert.summary) || oneLine(`${alert.ruleName}: ${subjectOf(alert)}`),
        LONGEST_SUMMARY,
      ),
      source: truncate(oneLine(alert.deviceId), LONGEST_DETAIL),
      severity: severityOf(alert.severity),
      timestamp: new Date(alert.atMs).toISOString(),
      component: truncate(oneLine(alert.metric), LONGEST_DETAIL),
      class: truncate(oneLine(alert.ruleName), LONGEST_DETAIL),
      custom_details: {
        rule: alert.ruleId,
        description: truncate(alert.description, LONGEST_DETAIL),
        value: truncate(valueText(alert), LONGEST_DETAIL),
        labels: alert.labels,
      },
    },
  };
}

function resolution(routingKey: string, alert: AlertRecord): object {
  return { routing_key: routingKey, event_action: 'resolve', dedup_key: alert.alertId };
}
