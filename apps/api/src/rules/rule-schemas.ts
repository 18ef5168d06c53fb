import { z } from 'zod';
import { RULE_KINDS, RULE_LIMITS, SEVERITIES } from '@fieldstream/domain';
import { component, timestamp } from '../http/components.js';

const { nameLength, devices, durationMs, webhooks, webhookLength } = RULE_LIMITS;
const ruleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 lower-case letters, digits or hyphens')
  .describe('Lower-case letters, digits and hyphens; never changes.');

const duration = z.int().min(0).max(durationMs);

const body = {
  name: z.string().min(1).max(nameLength).describe('Name for people.'),
  enabled: z.boolean().default(true),
  severity: z.enum(SEVERITIES).default('warning'),
  scope: z
    .strictObject({
      devices: z
        .array(z.string().min(1).max(128))
        .min(1)
        .max(devices)
        .default(['*'])
        .describe('Device IDs, in which `*` stands for any characters.'),
      metric: z.string().min(1).max(256),
    })
    .describe('The series that the rule watches, each for itself.'),
  kind: z.enum(RULE_KINDS.map(({ kind }) => kind)),
  params: z
    .record(z.string(), z.unknown())
    .describe(
      'Parameters of the kind. threshold: {"operator": ">" | ">=" | "<" | "<=", "threshold": number, "clearThreshold"?: number}.',
    ),
  forMs: duration
    .default(0)
    .describe('For how long a breach must last before the alert fires, in event time.'),
  clearForMs: duration
    .default(0)
    .describe('For how long the value must stay clear before the alert is resolved.'),
  notify: z
    .strictObject({
      webhooks: z
        .array(z.string().max(webhookLength))
        .max(webhooks)
        .default([])
        .describe('http or https addresses.'),
    })
    .default({ webhooks: [] }),
};

/**
 * The documented shape of a new rule. Requests are checked by the domain's `parseRule`, which knows the kinds'
 * parameters; a test holds the two together.
 */
export const NewRule = component('NewRule', z.strictObject({ id: ruleId, ...body }));

/** As `NewRule`; the ID is in the path and may be left out here. */
export const RuleReplacement = component(
  'RuleReplacement',
  z.strictObject({ id: ruleId.optional(), ...body }),
);

export const RuleResource = component(
  'Rule',
  z.object({
    id: ruleId,
    ...body,
    revision: z.int().describe('Grows with every change of any rule.'),
    createdAt: timestamp,
    updatedAt: timestamp,
  }),
);

export const RuleList = component(
  'RuleList',
  z.object({
    items: z.array(RuleResource),
    next: z.null().describe('All rules fit on one page.'),
    faulty: z
      .array(
        z.object({ id: z.string(), problems: z.array(z.object({ field: z.string(), fault: z.string() })) }),
      )
      .describe('Stored rules that this version cannot evaluate.'),
  }),
);

export const RuleParams = z.strictObject({ id: ruleId });

/** So many rules may exist: every one is evaluated against every reading that it matches. */
export const MAX_RULES = 1000;
