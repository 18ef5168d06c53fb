import { z } from 'zod';
import { component } from '../http/components.js';
import { deviceId, flag, plainText } from '../http/query-kinds.js';
import { DeviceResource, MAX_LABELS } from './device-schemas.js';

const Credentials = component(
  'DeviceCredentials',
  z.object({
    username: z.string().describe('MQTT user name: the device ID.'),
    password: z.string().describe('MQTT password. It is stored nowhere, and shown here only.'),
  }),
);

export const NewDevice = component(
  'NewDevice',
  z.strictObject({
    deviceId: deviceId.describe('Also of a device that appeared by itself, which is then registered.'),
    name: plainText(200).optional().describe('Name for people.'),
    labels: z
      .record(plainText(64), plainText(256))
      .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `must have at most ${MAX_LABELS} labels`)
      .optional()
      .describe('Added to those that the device has.'),
    gatewayId: deviceId
      .optional()
      .describe('A registered device that may report for this one, such as a gateway.'),
  }),
);

export const RegisteredDevice = component(
  'RegisteredDevice',
  z.object({ device: DeviceResource, credentials: Credentials }),
);

export const NewToken = component('NewToken', z.object({ credentials: Credentials }));

export const ImportQuery = z.strictObject({
  dryRun: flag('Registers nothing, and tells what would come of each line.').optional(),
  format: z.enum(['csv', 'ndjson']).default('csv').describe('Of the answer.'),
});

export const DeletionQuery = z.strictObject({
  history: z
    .enum(['keep', 'delete'])
    .default('keep')
    .describe(
      '`keep`: the device loses its credentials, and its readings stay. `delete`: everything of it goes.',
    ),
});
