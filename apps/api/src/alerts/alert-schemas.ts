import { z } from 'zod';
import { SEVERITIES } from '@fieldstream/domain';
import { ALERT_CHANGES } from '@fieldstream/wire';
import { component, pageOf, timestamp } from '../http/components.js';
import { cursor } from '../http/cursor.js';
import { deviceId, flag, pageLimit, plainText, time } from '../http/query-kinds.js';

/** Events, and notifications, of one alert that are shown. */
export const MAX_DETAILS = 500;
/** 30 days. */
export const MAX_SNOOZE_MS = 30 * 24 * 60 * 60 * 1000;

const labels = z.record(z.string(), z.string()).describe('Labels of the device when the alert fired.');

const alert = {
  alertId: z.string(),
  ruleId: z.string(),
  ruleName: z.string(),
  description: z.string().describe('What the rule says it means and what to do; may be empty.'),
  severity: z.string().describe('Of a resolved alert, the last one that it had.'),
  deviceId: z.string(),
  metric: z.string().describe('Empty for an alert about the device as a whole.'),
  labels,
  state: z.enum(['firing', 'resolved']),
  startedAt: timestamp.describe('Since when the condition held.'),
  firedAt: timestamp,
  resolvedAt: timestamp.nullable(),
  resolvedBy: z.string().nullable().describe('What resolved it, e.g. the value, or a change of the rule.'),
  value: z.number().nullable().describe('The value that made it fire.'),
  text: z.string().nullable().describe('The text that made it fire, where the rule compares texts.'),
  summary: z.string(),
  acknowledgedAt: timestamp.nullable(),
  acknowledgedBy: z.string().nullable(),
  snoozedUntil: timestamp.nullable().describe('Until when nobody is to be told of it.'),
  snoozedBy: z.string().nullable(),
};

export const AlertResource = component('Alert', z.object(alert));
export const AlertPage = pageOf('AlertPage', AlertResource);

const AlertEvent = component(
  'AlertEvent',
  z.object({
    sequence: z.int(),
    transition: z.enum(ALERT_CHANGES),
    time: timestamp.describe('Event time.'),
    value: z.number().nullable(),
    severity: z.string().nullable().describe('Since this event.'),
    actor: z.string().nullable().describe('Who did it, where somebody did.'),
    detail: z.string().nullable(),
    recordedAt: timestamp,
  }),
);

const AlertNotification = component(
  'AlertNotification',
  z.object({
    sequence: z.int().describe('Of the event that it tells.'),
    receiver: z
      .enum(['stream', 'channel'])
      .describe('`stream`: MQTT subscribers and `/api/stream`. `channel`: the channel that is named.'),
    channelId: z.string().nullable(),
    createdAt: timestamp,
    attempts: z.int(),
    deliveredAt: timestamp.nullable(),
    failedAt: timestamp.nullable().describe('When it was given up.'),
    lastError: z.string().nullable(),
  }),
);

export const AlertDetails = component(
  'AlertDetails',
  z.object({
    ...alert,
    events: z.array(AlertEvent).describe(`What happened to it, in order; the newest ${MAX_DETAILS}.`),
    notifications: z
      .array(AlertNotification)
      .describe(`Who was told, in the order of the events; the newest ${MAX_DETAILS}.`),
  }),
);

const counts = {
  firing: z.int(),
  acknowledged: z.int().describe('Of those that fire.'),
  snoozed: z.int().describe('Of those that fire.'),
};

export const AlertSummary = component(
  'AlertSummary',
  z.object({
    ...counts,
    bySeverity: z.object(Object.fromEntries(SEVERITIES.map((severity) => [severity, z.object(counts)]))),
    lastDay: z
      .object({ fired: z.int(), resolved: z.int() })
      .describe('Alerts that fired in the last 24 hours, and how many of these are resolved.'),
  }),
);

const by = plainText(200).default('api');

export const Acknowledgement = component(
  'Acknowledgement',
  z.strictObject({ by: by.describe('Who has seen it.') }),
);

export const Snooze = component(
  'Snooze',
  z
    .strictObject({
      until: time('Until when; in the future.').optional(),
      forMs: z.int().min(1000).max(MAX_SNOOZE_MS).optional().describe('For how long, milliseconds.'),
      by: by.describe('Who does it.'),
    })
    .refine(({ until, forMs }) => (until === undefined) !== (forMs === undefined), {
      message: 'must have either until or forMs, e.g. {"forMs": 3600000}',
    }),
);

export const UnsnoozeQuery = z.strictObject({ by: by.describe('Who does it.') });

export const AlertParams = z.strictObject({ id: plainText(600).describe('Alert ID.') });

const label = z
  .string()
  .max(600)
  .transform((text, context): { name: string; value: string } => {
    const at = text.indexOf('=');
    if (at > 0 && !/\p{Cc}/u.test(text) && text.isWellFormed()) {
      return { name: text.slice(0, at), value: text.slice(at + 1) };
    }
    context.issues.push({ code: 'custom', message: 'must be name=value, e.g. site=north', input: text });
    return z.NEVER;
  })
  .meta({ description: 'Alerts of devices that have this label, `name=value`.' });

export const AlertQuery = z
  .strictObject({
    state: z.enum(['firing', 'resolved']).optional(),
    device: deviceId.optional().describe('Alerts of this device only.'),
    rule: plainText(64).optional().describe('Alerts of the rule with this ID only.'),
    severity: z.enum(SEVERITIES).optional().describe('Alerts of this severity only.'),
    acknowledged: flag('Only those that were, or were not, acknowledged.').optional(),
    snoozed: flag('Only those that are, or are not, snoozed now.').optional(),
    from: time('Alerts that fired at or after this time.').optional(),
    to: time('Alerts that fired before this time.').optional(),
    label: label.optional(),
    limit: pageLimit(100, 500),
    cursor: cursor(plainText(600)),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['from'],
    message: 'must be before to',
  });
