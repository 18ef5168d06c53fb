import { z } from 'zod';
import { SEVERITIES } from '@fieldstream/domain';
import { ALERT_CHANGES } from '@fieldstream/wire';
import { component } from '../http/components.js';
import { deviceId, plainText } from '../http/query-kinds.js';

const epochMs = z.int().describe('Epoch milliseconds.');

/** The shape of `AlertRecord`, which is sent as it stands in the alert topic. */
export const StreamedAlert = component(
  'StreamedAlert',
  z
    .object({
      v: z.literal(1),
      sequence: z.int().describe('Grows with every change; the `id` of the event.'),
      alertId: z.string(),
      state: z.enum(['firing', 'resolved']),
      change: z.enum(ALERT_CHANGES).describe('What happened.'),
      ruleId: z.string(),
      ruleName: z.string(),
      severity: z.string().describe('Since this change.'),
      deviceId: z.string(),
      metric: z.string().describe('Empty for an alert about the device as a whole.'),
      labels: z.record(z.string(), z.string()),
      value: z.number().nullable(),
      text: z.string().nullable(),
      atMs: epochMs,
      startedAtMs: epochMs,
      summary: z.string(),
      description: z.string(),
      acknowledgedBy: z.string().nullable(),
      snoozedUntilMs: epochMs.nullable(),
    })
    .describe('What happened to one alert, and how it stands since: `data` of an event `alert`.'),
);

export const StreamQuery = z.strictObject({
  device: deviceId.optional().describe('Alerts of this device only.'),
  rule: plainText(64).optional().describe('Alerts of the rule with this ID only.'),
  severity: z
    .enum(SEVERITIES)
    .optional()
    .describe(
      'Alerts of at least this severity. Changes of severity and resolutions come in any case, so that who was told of an alert learns what became of it.',
    ),
});

/** For the documentation. */
export const StreamHeaders = z.object({
  'Last-Event-ID': z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('ID of the last event that was seen; what happened since comes first.'),
});
