import { z } from 'zod';
import { SEVERITIES } from '@fieldstream/domain';
import { component, timestamp } from '../http/components.js';
import { time } from '../http/query-kinds.js';
import { BACK_TEST_LIMITS } from './back-tests.js';
import { alertingId, RuleReplacement } from './rule-schemas.js';

const { subjects, observations, durationMs, alerts, changes } = BACK_TEST_LIMITS;

/** What is checked here; the rule is checked by the domain. */
export const BackTestBody = z
  .strictObject({
    rule: z.unknown(),
    from: time('').optional(),
    to: time('').optional(),
    limit: z.int().min(1).max(subjects).default(subjects),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['from'],
    message: 'must be before to',
  });

/** The documented shape of the body. */
export const BackTestRequest = component(
  'BackTestRequest',
  z.strictObject({
    rule: RuleReplacement.describe('A draft; it need not have an ID, and its channels are not looked at.'),
    from: time('Start of the range, included. Default: 7 days before `to`.').optional(),
    to: time('End of the range, included. Default, and at the latest: now.').optional(),
    limit: z
      .int()
      .min(1)
      .max(subjects)
      .default(subjects)
      .describe('Most series, or devices where the rule watches them as a whole; the newest ones are taken.'),
  }),
);

const severity = z.enum(SEVERITIES);

const BackTestAlert = component(
  'BackTestAlert',
  z.object({
    startedAt: timestamp.describe('Since when the condition held.'),
    firedAt: timestamp,
    resolvedAt: timestamp.nullable().describe('Null for one that is open at the end of the range.'),
    value: z.number().nullable().describe('What held when it fired.'),
    text: z.string().nullable(),
    severity: severity.describe('The highest that it reached.'),
    changes: z
      .array(z.object({ at: timestamp, severity }))
      .describe(`When it had which severity; the first ${changes}.`),
  }),
);

const counts = {
  observations: z.int().describe('In the range, of those that the rule takes.'),
  firings: z.int().describe('Alerts that were open at some time in the range.'),
  naiveFirings: z
    .int()
    .describe('Alerts of the same rule without hysteresis and durations: how often it would have flapped.'),
};

export const BackTestAnswer = component(
  'BackTestAnswer',
  z.object({
    rule: z.object({ id: alertingId, kind: z.string() }),
    from: timestamp,
    to: timestamp,
    readFrom: timestamp.describe(
      'From where history was read, so that windows and durations are right when the range begins.',
    ),
    rawFrom: timestamp
      .nullable()
      .describe(
        'Numbers from before are past their retention, so that nothing is known of that part; null where all of it is kept.',
      ),
    series: z.array(
      z.object({
        deviceId: z.string(),
        metric: z.string().describe('Empty for a device as a whole.'),
        ...counts,
        alerts: z.array(BackTestAlert).describe(`In order; the first ${alerts}.`),
      }),
    ),
    totals: z.object({ series: z.int(), ...counts, read: z.int().describe('Observations that were read.') }),
    hasMore: z.boolean().describe('Whether more than `limit` are in the scope.'),
    stopped: z
      .enum(['observations', 'time'])
      .nullable()
      .describe(
        `Why it ended before all were done: ${observations} observations were read, or ${durationMs / 1000} seconds had passed. Those that were not done are left out.`,
      ),
  }),
);
