import { z } from 'zod';
import { SEVERITIES } from '@fieldstream/domain';
import { CHANNEL_LIMITS, CHANNEL_TYPES } from '@fieldstream/notify';
import { component, timestamp } from '../http/components.js';
import { alertingId } from '../rules/rule-schemas.js';

const { nameLength, groupWaitMs, messagesPerMinute } = CHANNEL_LIMITS;

const config = z.record(z.string(), z.unknown());

const settings = {
  name: z.string().min(1).max(nameLength).describe('Name for people.'),
  type: z.enum(CHANNEL_TYPES.map(({ type }) => type)),
  enabled: z.boolean().default(true),
  minSeverity: z.enum(SEVERITIES).default('info').describe('Alerts that are less severe are not sent here.'),
  sendResolved: z.boolean().default(true).describe('Whether it is told when an alert is resolved.'),
  groupWaitMs: z
    .int()
    .min(0)
    .max(groupWaitMs)
    .optional()
    .describe(
      'A message about a rule waits until its alerts pause for so long, but at most five times as long. Default: that of the type.',
    ),
  messagesPerMinute: z
    .int()
    .min(1)
    .max(messagesPerMinute)
    .optional()
    .describe('More messages than this are put together. Default: that of the type.'),
};

/** The documented shape of a new channel. Requests are checked by `parseChannel`, which knows the types' settings. */
export const NewChannel = component(
  'NewChannel',
  z.strictObject({
    id: alertingId,
    ...settings,
    config: config.describe('Settings of the type; `/api/channel-types` has an example of each.'),
  }),
);

/** As `NewChannel`; the ID is in the path and may be left out here. */
export const ChannelReplacement = component(
  'ChannelReplacement',
  z.strictObject({
    id: alertingId.optional(),
    ...settings,
    config: config.describe(
      'Settings of the type. A secret that is left out, or given back as `{"isSet": true}`, keeps its value, as long as the type stays; null takes it away.',
    ),
  }),
);

export const ChannelResource = component(
  'Channel',
  z.object({
    id: alertingId,
    ...settings,
    type: z.string(),
    groupWaitMs: z.int(),
    messagesPerMinute: z.int(),
    config: config.describe(
      'Settings of the type. Secrets are never shown: `{"isSet": true}` stands for one.',
    ),
    provenance: z
      .string()
      .nullable()
      .describe(
        'The file that defines the channel, which is then changed there alone; null for one made here.',
      ),
    createdAt: timestamp,
    updatedAt: timestamp,
  }),
);

export const ChannelList = component(
  'ChannelList',
  z.object({ items: z.array(ChannelResource), next: z.null().describe('All channels fit on one page.') }),
);

export const ChannelTypeList = component(
  'ChannelTypeList',
  z.object({
    items: z.array(
      z.object({
        type: z.string(),
        summary: z.string(),
        fields: z
          .array(
            z.object({
              name: z.string(),
              description: z.string(),
              isRequired: z.boolean(),
              isSecret: z.boolean().describe('Never shown.'),
            }),
          )
          .describe('Of `config`.'),
        example: config.describe('A valid `config`.'),
        defaults: z.object({ groupWaitMs: z.int(), messagesPerMinute: z.int() }),
      }),
    ),
  }),
);

export const ChannelTest = component(
  'ChannelTest',
  z.object({
    delivered: z.boolean(),
    durationMs: z.int(),
    error: z.string().nullable().describe('Why it was not delivered.'),
  }),
);

export const ChannelParams = z.strictObject({ id: alertingId });

/** So many channels may exist. */
export const MAX_CHANNELS = 1_000;
