import { z } from 'zod';
import { RULE_KINDS, RULE_LIMITS, SEVERITIES } from '@fieldstream/domain';
import { component, timestamp } from '../http/components.js';
import { cursor } from '../http/cursor.js';
import { flag, pageLimit, plainText } from '../http/query-kinds.js';

const { nameLength, descriptionLength, devices, metrics, labels, labelValues, durationMs, channels } =
  RULE_LIMITS;
export const alertingId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 lower-case letters, digits or hyphens')
  .describe('Lower-case letters, digits and hyphens; never changes.');

const duration = z.int().min(0).max(durationMs);
const kind = z.enum(RULE_KINDS.map((known) => known.kind));
const labelValue = z.string().max(4096);

const scope = z
  .strictObject({
    devices: z
      .array(z.string().min(1).max(128))
      .min(1)
      .max(devices)
      .default(['*'])
      .describe('Device IDs, in which `*` stands for any characters.'),
    labels: z
      .record(
        z.string().min(1).max(256),
        z
          .union([labelValue, z.array(labelValue).min(1).max(labelValues)])
          .transform((wanted) => [wanted].flat()),
      )
      .refine((wanted) => Object.keys(wanted).length <= labels, `must have at most ${labels} labels`)
      .default({})
      .describe(
        'Label → values of which the device has one, in which `*` stands for any characters. A device without the label does not fit.',
      ),
    metrics: z
      .array(z.string().min(1).max(256))
      .min(1)
      .max(metrics)
      .default(['*'])
      .describe('Names of metrics, in which `*` stands for any characters.'),
  })
  .describe('The series, or devices, that the rule watches, each for itself: those that fit all three.');

const body = {
  name: z.string().min(1).max(nameLength).describe('Name for people.'),
  description: z
    .string()
    .max(descriptionLength)
    .default('')
    .describe('What it means and what to do, for who gets the alert.'),
  enabled: z.boolean().default(true),
  severity: z
    .enum(SEVERITIES)
    .default('warning')
    .describe('Of the first level; `params` may have further ones.'),
  scope: scope.default({ devices: ['*'], labels: {}, metrics: ['*'] }),
  kind,
  params: z
    .record(z.string(), z.unknown())
    .describe('Parameters of the kind; `/api/rule-kinds` has an example of each.'),
  forMs: duration
    .default(0)
    .describe('For how long a breach must last before the alert fires, in event time.'),
  clearForMs: duration
    .default(0)
    .describe('For how long the value must stay clear before the alert is resolved.'),
  notify: z
    .strictObject({
      channels: z.array(alertingId).max(channels).default([]).describe('IDs of notification channels.'),
    })
    .default({ channels: [] })
    .describe('Who is told. MQTT subscribers and `/api/stream` are in any case.'),
};

/**
 * The documented shape of a new rule. Requests are checked by the domain's `parseRule`, which knows the kinds'
 * parameters; a test holds the two together.
 */
export const NewRule = component('NewRule', z.strictObject({ id: alertingId, ...body }));

/** As `NewRule`; the ID is in the path and may be left out here. */
export const RuleReplacement = component(
  'RuleReplacement',
  z.strictObject({ id: alertingId.optional(), ...body }),
);

export const RulePatch = component('RulePatch', z.strictObject({ enabled: z.boolean() }));

export const RuleResource = component(
  'Rule',
  z.object({
    id: alertingId,
    ...body,
    provenance: z
      .string()
      .nullable()
      .describe('The file that defines the rule, which is then changed there alone; null for one made here.'),
    revision: z.int().describe('Grows with every change of any rule.'),
    createdAt: timestamp,
    updatedAt: timestamp,
  }),
);

export const RuleList = component(
  'RuleList',
  z.object({
    items: z.array(RuleResource),
    next: z.string().nullable().describe('Send it as `cursor` for the next page; null on the last one.'),
    faulty: z
      .array(
        z.object({ id: z.string(), problems: z.array(z.object({ field: z.string(), fault: z.string() })) }),
      )
      .describe('Stored rules that this version cannot evaluate; the same on every page.'),
  }),
);

export const RuleParams = z.strictObject({ id: alertingId });

export const RuleQuery = z.strictObject({
  enabled: flag('Only those that are, or are not, enabled.').optional(),
  kind: kind.optional().describe('Rules of this kind only.'),
  text: plainText(200).optional().describe('Part of the ID, the name or the description, in any case.'),
  limit: pageLimit(100, 500),
  cursor: cursor(alertingId),
});

export const RuleKindList = component(
  'RuleKindList',
  z.object({
    items: z.array(
      z.object({
        kind: z.string(),
        summary: z.string(),
        source: z.enum(['readings', 'presence']).describe('Whether it watches metrics or connections.'),
        examples: z
          .array(
            z.object({
              title: z.string(),
              subject: z.enum(['series', 'device']),
              params: z.record(z.string(), z.unknown()),
            }),
          )
          .describe('Parameters that are valid.'),
      }),
    ),
  }),
);

/** So many rules may exist. */
export const MAX_RULES = 10_000;
