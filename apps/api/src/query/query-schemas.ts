import { z } from 'zod';
import { component } from '../http/components.js';

/** Bounds of a request; its body is bounded before. */
export const QUERY_LIMITS = {
  queries: 50,
  variables: 100,
  valueLength: 4_096,
  sqlLength: 65_536,
  /** Of all results of a request, as they come from the database. */
  answerBytes: 48 * 1024 * 1024,
} as const;

const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'must not have NUL characters');
const epochMs = z.int().min(-8.64e15).max(8.64e15);
const value = text(QUERY_LIMITS.valueLength);

const Variables = z
  .record(
    z.string().regex(/^\w{1,100}$/, 'must be a name of letters, digits and _'),
    z.union([value, z.array(value).max(10_000)]),
  )
  .refine(
    (values) => Object.keys(values).length <= QUERY_LIMITS.variables,
    'must have at most 100 variables',
  );

const SourceOfPanel = z.strictObject({
  dashboard: z.string().describe('UID.'),
  panel: z.int().describe('ID of the panel.'),
  target: text(200).optional().describe("The panel's query; without it `refId` names that."),
});
const SourceOfVariable = z.strictObject({
  dashboard: z.string(),
  variable: z.string(),
  search: text(1_024).optional().describe('What was typed; `$__searchFilter` begins with it.'),
});
const SourceOfAnnotation = z.strictObject({ dashboard: z.string(), annotation: z.string() });
const SourceOfSql = z.strictObject({
  rawSql: text(QUERY_LIMITS.sqlLength).min(1),
  format: z.enum(['table', 'time_series']).default('table'),
});

const Query = z.strictObject({
  refId: text(200).min(1),
  intervalMs: z.number().min(1).max(1e12).default(60_000).describe('What `$__interval` is.'),
  maxDataPoints: z.int().min(1).max(1_000_000).optional(),
  variables: Variables.optional().describe('Laid over those of the request, e.g. in a repeated panel.'),
  source: z.union([SourceOfPanel, SourceOfVariable, SourceOfAnnotation, SourceOfSql]),
});

export const QueryBody = component(
  'QueryRequest',
  z.strictObject({
    from: epochMs.describe('Epoch milliseconds.'),
    to: epochMs.describe('Epoch milliseconds.'),
    variables: Variables.default({}).describe(
      "Chosen values. `$__all` stands for the variable's custom value for All.",
    ),
    queries: z
      .array(Query)
      .min(1)
      .max(QUERY_LIMITS.queries)
      .refine(
        (queries) => new Set(queries.map(({ refId }) => refId)).size === queries.length,
        'must have a refId of its own each',
      ),
  }),
);

export type QueryRequest = z.output<typeof QueryBody>;
export type OneQuery = QueryRequest['queries'][number];

const fieldType = z.enum(['time', 'number', 'string', 'boolean']);
const Frame = component(
  'DataFrame',
  z
    .object({
      schema: z.object({
        refId: z.string(),
        meta: z.object({
          executedQueryString: z.string(),
          notices: z.array(z.object({ severity: z.literal('warning'), text: z.string() })).optional(),
        }),
        fields: z.array(
          z.object({
            name: z.string(),
            type: fieldType,
            labels: z.record(z.string(), z.string()).optional(),
          }),
        ),
      }),
      data: z.object({
        values: z
          .array(z.array(z.union([z.number(), z.string(), z.boolean(), z.null()])))
          .describe('A list for each field; times are epoch milliseconds.'),
      }),
    })
    .describe("Grafana's data frame in JSON."),
);

const Result = component(
  'QueryResult',
  z.object({
    status: z.int().describe('As an HTTP status: 200, or why `error` is there.'),
    frames: z.array(Frame).optional(),
    error: z.string().optional(),
  }),
);

export type QueryResult = z.input<typeof Result>;

export const QueryAnswer = component(
  'QueryAnswer',
  z.object({ results: z.record(z.string(), Result).describe('By refId.') }),
);
