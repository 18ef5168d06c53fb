import { z } from 'zod';
import { DEVICE_ORDERS } from '@fieldstream/timescale';
import { component, pageOf, timestamp } from '../http/components.js';
import { cursor } from '../http/cursor.js';
import { deviceId, flag, listOf, pageLimit, plainText, time, wholeNumber } from '../http/query-kinds.js';

/** So many labels may a device have. */
export const MAX_LABELS = 50;

const Labels = z
  .record(plainText(64), plainText(256).nullable())
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `must have at most ${MAX_LABELS} labels`);

export const DeviceResource = component(
  'Device',
  z.object({
    deviceId: z.string(),
    name: z
      .string()
      .nullable()
      .describe('Name for people: the one that was given, else the one that the device tells.'),
    labels: z.record(z.string(), z.string()),
    firstSeen: timestamp,
    lastSeen: timestamp.nullable().describe('Time of the newest reading or presence message.'),
    presence: z
      .enum(['online', 'offline', 'sleeping'])
      .nullable()
      .describe(
        'Judged from its connection, what it says and how often it reports: `sleeping` is away and not overdue. Null if nothing is known.',
      ),
    presenceAt: timestamp.nullable().describe('Since when.'),
    family: z.string().nullable().describe('Device family; null if nothing was told of the device.'),
    manufacturer: z.string().nullable(),
    model: z.string().nullable(),
    firmware: z.string().nullable(),
    via: z.string().nullable().describe('The gateway through which it speaks, as was told.'),
    registered: z.boolean().describe('It has credentials of its own.'),
    disabled: z.boolean().describe('It is registered, and not let in.'),
    gatewayId: z.string().nullable().describe('The registered device that may report for this one.'),
    openAlerts: z.int().describe('Alerts that fire now.'),
    worstSeverity: z.string().nullable().describe('The worst severity among them; null if none fires.'),
  }),
);
export const DevicePage = component(
  'DevicePage',
  z.object({
    items: z.array(DeviceResource),
    next: z.string().nullable().describe('Send it as `cursor` for the next page; null on the last one.'),
    total: z.int().describe('Devices that fit, on all pages.'),
  }),
);

export const DevicePatch = component(
  'DevicePatch',
  z
    .strictObject({
      name: plainText(200)
        .nullable()
        .optional()
        .describe('Name for people; null takes it away, and the one that the device tells holds.'),
      labels: Labels.optional().describe(
        `Labels to be set; null takes one away, and those that are not named stay. A device has at most ${MAX_LABELS}.`,
      ),
      gatewayId: deviceId
        .nullable()
        .optional()
        .describe('The registered device that may report for this one; null: nobody but itself.'),
    })
    .refine(
      (patch) => Object.values(patch).some((value) => value !== undefined),
      'must have name, labels or gatewayId',
    ),
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
    values: z.array(
      z.object({
        ...latestValue,
        name: z.string().nullable().describe('Name of the metric for people, as was told.'),
        deviceClass: z
          .string()
          .nullable()
          .describe('What is measured, as was told: `temperature`, `energy`, …'),
      }),
    ),
    next: z.string().nullable().describe('Send it as `cursor` for more metrics; null if there are none.'),
  }),
);

export const DeviceParams = z.strictObject({ id: deviceId });

const labelText = z
  .string()
  .max(600)
  .refine(
    (text) => text.indexOf('=') > 0 && !/\p{Cc}/u.test(text) && text.isWellFormed(),
    'must be name=value, e.g. site=north',
  );

export const DeviceQuery = z
  .strictObject({
    search: plainText(200).optional().describe('Part of the device ID or name, in any case.'),
    presence: z
      .enum(['online', 'offline', 'sleeping', 'unknown'])
      .optional()
      .describe('`unknown`: devices of which nothing is known.'),
    alerts: flag('Only those that have, or have not, an alert that fires now.').optional(),
    registered: flag('Only those that have, or have not, credentials.').optional(),
    disabled: flag('Only those that are disabled, or are not.').optional(),
    seenBefore: time('Those that were last seen before this time, or never.').optional(),
    label: listOf(labelText, MAX_LABELS)
      .transform((labels) => Object.fromEntries(labels.map(splitLabel)))
      .optional()
      .describe('A label that the device has, `name=value`; may be repeated, and must then have all.'),
    sort: z
      .enum(DEVICE_ORDERS)
      .default('id')
      .describe(
        '`name`: or ID where there is none. `trouble`: worst alerts first, then offline ones. `last-seen`: newest first. ' +
          '`silent`: not seen for longest first. A page of the last two looks up every device that fits.',
      ),
    limit: pageLimit(100, 500),
    skip: wholeNumber({
      min: 0,
      max: 10_000_000,
      description: 'Leaves out so many of the first ones: for pages with numbers.',
    }).optional(),
    cursor: cursor(z.union([deviceId, z.int().min(0)])),
  })
  .refine(({ skip, cursor: after }) => skip === undefined || after === undefined, {
    path: ['skip'],
    message: 'cannot be given together with cursor',
  })
  .refine(({ sort, cursor: after }) => sort === 'id' || typeof after !== 'string', {
    path: ['cursor'],
    message: 'must be the `next` of an earlier page in the same order',
  });

function splitLabel(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

const LabelUse = z.object({
  label: z.string(),
  value: z.string(),
  devices: z.int().describe('So many devices have it.'),
});

/** So many values of labels are listed. */
export const MAX_LABEL_USES = 1_000;

export const LabelsInUse = component(
  'LabelsInUse',
  z.object({
    items: z
      .array(LabelUse)
      .describe(`Those of most devices first; at most ${MAX_LABEL_USES.toLocaleString('en')}.`),
  }),
);

/** So many devices can be asked for at once. */
export const MAX_GLANCES = 100;
/** Spark lines show so much; 1 hour. */
export const SPARKLINE_MS = 60 * 60 * 1000;
/** So many metrics of a device have spark lines. */
export const MAX_SPARKLINES = 200;

const Sparkline = component(
  'Sparkline',
  z.object({
    metric: z.string(),
    points: z
      .array(z.tuple([z.number(), z.number()]))
      .describe(
        'Start of the minute in epoch milliseconds, and the mean of its readings; minutes without readings are left out.',
      ),
  }),
);

export const SparklinesQuery = z.strictObject({
  device: listOf(deviceId, MAX_GLANCES).describe(
    `Device ID; repeated for more, at most ${MAX_GLANCES}. Those that do not exist are left out of the answer.`,
  ),
});

export const DeviceGlances = component(
  'DeviceGlances',
  z.object({
    items: z.array(
      z.object({
        deviceId: z.string(),
        values: z
          .array(z.object(latestValue))
          .describe('Newest values of up to three metrics that tell most of the device, the main one first.'),
        sparkline: Sparkline.nullable().describe(
          'The last hour of the first of them that has numbers, in minutes.',
        ),
      }),
    ),
  }),
);

export const DeviceSparklines = component(
  'DeviceSparklines',
  z.object({ deviceId: z.string(), items: z.array(Sparkline) }),
);

export const LatestQuery = z.strictObject({
  limit: pageLimit(1000, 5000),
  cursor: cursor(z.string().max(256)),
});

export const DeviceLatestQuery = z.strictObject({
  limit: pageLimit(1000, 5000),
  cursor: cursor(z.strictObject({ deviceId: z.string().max(256), metric: z.string().max(256) })),
});
