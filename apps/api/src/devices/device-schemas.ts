import { z } from 'zod';
import { component, pageOf, timestamp } from '../http/components.js';
import { cursor } from '../http/cursor.js';
import { deviceId, pageLimit, plainText } from '../http/query-kinds.js';

/** So many labels may a device have. */
export const MAX_LABELS = 50;

const Labels = z
  .record(plainText(64), plainText(256).nullable())
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `must have at most ${MAX_LABELS} labels`);

export const DeviceResource = component(
  'Device',
  z.object({
    deviceId: z.string(),
    name: z.string().nullable().describe('Name for people.'),
    labels: z.record(z.string(), z.string()),
    firstSeen: timestamp,
    lastSeen: timestamp.nullable().describe('Time of the newest reading or presence message.'),
    presence: z
      .enum(['online', 'offline'])
      .nullable()
      .describe('What the device said last; null if it never did.'),
    presenceAt: timestamp.nullable(),
  }),
);
export const DevicePage = pageOf('DevicePage', DeviceResource);

export const DevicePatch = component(
  'DevicePatch',
  z
    .strictObject({
      name: plainText(200).nullable().optional().describe('Name for people; null takes it away.'),
      labels: Labels.optional().describe(
        `Labels to be set; null takes one away, and those that are not named stay. A device has at most ${MAX_LABELS}.`,
      ),
    })
    .refine((patch) => patch.name !== undefined || patch.labels !== undefined, 'must have name or labels'),
);

const latestValue = {
  metric: z.string(),
  value: z.number().nullable().describe('Null for a text without a number.'),
  text: z.string().nullable().describe('The state in the words of the device.'),
  unit: z.string().nullable(),
  time: timestamp.describe('When the device observed it.'),
};

export const DeviceLatestValue = component(
  'DeviceLatestValue',
  z.object({
    deviceId: z.string(),
    deviceName: z.string().describe('Name for people; the ID where it has none.'),
    ...latestValue,
  }),
);
export const DeviceLatestPage = pageOf('DeviceLatestPage', DeviceLatestValue);

export const LatestValues = component(
  'LatestValues',
  z.object({
    deviceId: z.string(),
    values: z.array(z.object(latestValue)),
    next: z.string().nullable().describe('Send it as `cursor` for more metrics; null if there are none.'),
  }),
);

export const DeviceParams = z.strictObject({ id: deviceId });

export const DeviceQuery = z.strictObject({
  search: plainText(200).optional().describe('Part of the device ID or name, in any case.'),
  presence: z
    .enum(['online', 'offline', 'unknown'])
    .optional()
    .describe('`unknown`: devices that never said.'),
  limit: pageLimit(100, 500),
  cursor: cursor(deviceId),
});

export const LatestQuery = z.strictObject({
  limit: pageLimit(1000, 5000),
  cursor: cursor(z.string().max(256)),
});

export const DeviceLatestQuery = z.strictObject({
  limit: pageLimit(1000, 5000),
  cursor: cursor(z.strictObject({ deviceId: z.string().max(256), metric: z.string().max(256) })),
});
