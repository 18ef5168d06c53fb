import { z } from 'zod';
import { COMMAND_LIMITS, COMMAND_STATUSES, isCommandId } from '@fieldstream/domain';
import { component, pageOf, timestamp } from '../http/components.js';
import { cursor } from '../http/cursor.js';
import { deviceId, pageLimit, plainText } from '../http/query-kinds.js';

const MAX_EXPIRY_S = COMMAND_LIMITS.maxExpiryMs / 1_000;
const DEFAULT_EXPIRY_S = COMMAND_LIMITS.defaultExpiryMs / 1_000;

export const NewCommand = component(
  'NewCommand',
  z.strictObject({
    name: plainText(COMMAND_LIMITS.nameLength)
      .optional()
      .describe(
        'What is to be done, e.g. `restart`. Families of devices with command topics of their own have it in the topic: Tasmota `POWER`, Shelly `relay/0` or `Switch.Set`, ESPHome `switch/relay`, Homie `light/power`.',
      ),
    payload: z
      .unknown()
      .optional()
      .describe('JSON of any kind; a text is sent as it is where the family takes texts.'),
    expiresInSeconds: z
      .int()
      .min(1)
      .max(MAX_EXPIRY_S)
      .default(DEFAULT_EXPIRY_S)
      .describe('If the device does not come by within this time, it does not get the command.'),
  }),
);

export const CommandResource = component(
  'Command',
  z.object({
    commandId: z.string().describe('The device gets it along with the command.'),
    deviceId: z.string(),
    name: z.string().nullable(),
    payload: z.unknown().describe('As it was given; null if there was none.'),
    topic: z.string().describe('MQTT topic that it is published to.'),
    status: z
      .enum(COMMAND_STATUSES)
      .describe(
        '`queued`: it waits for the device. `delivered`: the device has acknowledged it. `answered`: and has said what came of it.',
      ),
    createdAt: timestamp,
    expiresAt: timestamp,
    deliveredAt: timestamp.nullable(),
    answeredAt: timestamp.nullable(),
    cancelledAt: timestamp.nullable(),
    outcome: z
      .enum(['ok', 'error'])
      .nullable()
      .describe('What the device says of it; null where it does not say.'),
    answer: z.string().nullable().describe("The device's answer, as text."),
  }),
);
export const CommandPage = pageOf('CommandPage', CommandResource);

export const CommandParams = z.strictObject({
  id: deviceId,
  commandId: z
    .string()
    .refine(isCommandId, 'must be the ID of a command: a UUID in lower case')
    .meta({ format: 'uuid', description: 'ID of the command.' }),
});

export const CommandQuery = z.strictObject({
  limit: pageLimit(50, 500),
  cursor: cursor(z.int().min(1)),
});
