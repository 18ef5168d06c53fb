import { z } from 'zod';
import { RESOLUTIONS } from '@fieldstream/domain';
import { component, timestamp } from '../http/components.js';
import { cursor } from '../http/cursor.js';
import { metricName, pageLimit, time } from '../http/query-kinds.js';

const RawPoint = component(
  'RawPoint',
  z
    .object({
      time: timestamp,
      value: z.number().nullable(),
      text: z.string().nullable().describe('A state that begins here, and stays until the next one.'),
      until: timestamp.nullable().describe('Newest time at which the state was repeated.'),
    })
    .describe('One reading.'),
);

const RollupPoint = component(
  'RollupPoint',
  z
    .object({
      bucket: timestamp.describe('Start of the bucket, UTC.'),
      count: z.int(),
      min: z.number(),
      max: z.number(),
      avg: z.number(),
      first: z.number(),
      last: z.number(),
    })
    .describe('The readings of one minute, hour or day.'),
);

export const Readings = component(
  'Readings',
  z.object({
    deviceId: z.string(),
    metric: z.string(),
    unit: z.string().nullable(),
    resolution: z
      .enum(RESOLUTIONS)
      .describe('What was chosen for `auto`. `raw`: RawPoint, else RollupPoint.'),
    from: timestamp,
    to: timestamp,
    points: z.union([z.array(RawPoint), z.array(RollupPoint)]),
    truncated: z.boolean().describe('Whether the range has more points than `limit`.'),
    next: z.string().nullable().describe('Send it as `cursor` for the rest; null if this is all.'),
  }),
);

const epochMs = z.int().min(-8.64e15).max(8.64e15);

/** A cursor keeps the range and resolution of the first page, so that the pages fit together. */
export const ReadingsPosition = z.strictObject({
  from: epochMs,
  to: epochMs,
  after: epochMs,
  resolution: z.enum(RESOLUTIONS),
});

export const ReadingsQuery = z
  .strictObject({
    metric: metricName,
    from: time('Start of the range, included. Default: an hour before `to`.').optional(),
    to: time('End of the range, not included. Default: now.').optional(),
    resolution: z
      .enum(['auto', ...RESOLUTIONS])
      .default('auto')
      .describe(
        'Stored resolution. auto: raw up to 6 hours, minutes up to 4 days, hours up to 90 days, else days. With rollups the first bucket is whole: it may begin before `from`.',
      ),
    limit: pageLimit(10_000, 25_000),
    cursor: cursor(ReadingsPosition).describe(
      'The `next` of the page before. It keeps range and resolution; those given beside it are not looked at.',
    ),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['from'],
    message: 'must be before to',
  });
