import { z } from 'zod';
import { component, pageOf, timestamp } from '../http/components.js';
import { cursor } from '../http/cursor.js';
import { deviceId, flag, pageLimit, plainText, wholeNumber } from '../http/query-kinds.js';

export const DeadLetterResource = component(
  'DeadLetter',
  z.object({
    id: z.int(),
    reason: z.string().describe('Reason code.'),
    detail: z.string().describe('What is wrong, in words.'),
    deviceId: z.string().nullable(),
    clientId: z.string().nullable(),
    mqttTopic: z.string().nullable(),
    decoder: z.string().nullable(),
    origin: z
      .object({ topic: z.string(), partition: z.int(), offset: z.int() })
      .describe('Where the refused bytes stand in Kafka.'),
    payload: z.object({
      bytes: z.int().describe('Length of the original.'),
      base64: z.string(),
      text: z.string().nullable().describe('The payload as text, if it is printable UTF-8.'),
      truncated: z.boolean().describe('Lists show the first 4,096 bytes.'),
    }),
    receivedAt: timestamp,
    recordedAt: timestamp,
    replayedAt: timestamp.nullable(),
  }),
);
export const DeadLetterPage = pageOf('DeadLetterPage', DeadLetterResource);

export const DeadLetterSummary = component(
  'DeadLetterSummary',
  z.object({
    reasons: z.array(
      z.object({
        reason: z.string().describe('Reason code.'),
        count: z.int(),
        waiting: z.int().describe('Of these, those that nobody has replayed.'),
      }),
    ),
  }),
);

export const Replay = component(
  'Replay',
  z.object({
    id: z.int(),
    records: z.int().describe('Kafka records that were produced and acknowledged.'),
    replayedAt: timestamp.describe('Of the first replay.'),
  }),
);

const id = wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER, description: 'ID of the dead letter.' });
export const DeadLetterParams = z.strictObject({ id });

export const DeadLetterQuery = z.strictObject({
  device: deviceId.optional().describe('Dead letters of this device only.'),
  reason: plainText(64).optional().describe('Dead letters with this reason code only.'),
  replayed: flag('Only those that were, or were not, replayed.').optional(),
  limit: pageLimit(100, 500),
  cursor: cursor(z.int().min(1)),
});
