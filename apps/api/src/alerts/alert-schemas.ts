import { z } from 'zod';
import { component, pageOf, timestamp } from '../http/components.js';
import { cursor } from '../http/cursor.js';
import { deviceId, flag, pageLimit, plainText } from '../http/query-kinds.js';

const alert = {
  alertId: z.string(),
  ruleId: z.string(),
  ruleName: z.string(),
  severity: z.string(),
  deviceId: z.string(),
  metric: z.string(),
  state: z.enum(['firing', 'resolved']),
  startedAt: timestamp.describe('Since when the condition held.'),
  firedAt: timestamp,
  resolvedAt: timestamp.nullable(),
  resolvedBy: z.string().nullable().describe('What resolved it, e.g. the value, or a change of the rule.'),
  value: z.number().nullable().describe('The value that made it fire.'),
  summary: z.string(),
  acknowledgedAt: timestamp.nullable(),
  acknowledgedBy: z.string().nullable(),
};

export const AlertResource = component('Alert', z.object(alert));
export const AlertPage = pageOf('AlertPage', AlertResource);

export const AlertDetails = component(
  'AlertDetails',
  z.object({
    ...alert,
    events: z.array(
      z.object({
        sequence: z.int(),
        transition: z.enum(['firing', 'resolved', 'acknowledged']),
        time: timestamp.describe('Event time.'),
        value: z.number().nullable(),
        detail: z.string().nullable(),
        recordedAt: timestamp,
      }),
    ),
  }),
);

export const Acknowledgement = component(
  'Acknowledgement',
  z.strictObject({ by: plainText(200).default('api').describe('Who has seen it.') }),
);

export const AlertParams = z.strictObject({ id: plainText(600).describe('Alert ID.') });

export const AlertQuery = z.strictObject({
  state: z.enum(['firing', 'resolved']).optional(),
  device: deviceId.optional().describe('Alerts of this device only.'),
  rule: plainText(64).optional().describe('Alerts of the rule with this ID only.'),
  acknowledged: flag('Only those that were, or were not, acknowledged.').optional(),
  limit: pageLimit(100, 500),
  cursor: cursor(plainText(600)),
});
