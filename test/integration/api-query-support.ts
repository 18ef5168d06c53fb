import type { Answer, DocumentedClient } from './api-support.js';

export interface QueryResult {
  readonly status: number;
  readonly error?: string;
  readonly frames?: readonly {
    readonly schema: {
      readonly refId: string;
      readonly meta: {
        readonly executedQueryString: string;
        readonly notices?: readonly { readonly text: string }[];
      };
      readonly fields: readonly { readonly name: string; readonly type: string; readonly labels?: object }[];
    };
    readonly data: { readonly values: readonly (readonly unknown[])[] };
  }[];
}

type Values = Readonly<Record<string, string | readonly string[]>>;
type Results = { readonly results: Readonly<Record<string, QueryResult>> };

export interface QueryHelpers {
  send(queries: readonly object[], variables?: Values): Promise<Answer<Results>>;
  panel(dashboard: string, panel: number, refId: string, variables: Values): Promise<QueryResult>;
  variable(dashboard: string, variable: string, search?: string): Promise<QueryResult>;
  annotation(dashboard: string, annotation: string): Promise<QueryResult>;
  sql(rawSql: string, variables?: Values): Promise<QueryResult>;
}

/** Sends queries over one time range. */
export function queryHelpers(client: DocumentedClient, from: number, to: number): QueryHelpers {
  const send: QueryHelpers['send'] = (queries, variables = {}) =>
    client.send('POST', '/api/ds/query', { from, to, variables, queries });
  const one = async (refId: string, source: object, variables: Values = {}): Promise<QueryResult> => {
    const { status, body } = await send([{ refId, intervalMs: 1000, source }], variables);
    const result = status === 200 ? body.results[refId] : undefined;
    if (result === undefined) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return result;
  };
  return {
    send,
    panel: (dashboard, panel, refId, variables) => one(refId, { dashboard, panel }, variables),
    variable: (dashboard, variable, search) =>
      one('V', { dashboard, variable, ...(search === undefined ? {} : { search }) }),
    annotation: (dashboard, annotation) => one('N', { dashboard, annotation }),
    sql: (rawSql, variables) => one('X', { rawSql }, variables),
  };
}

const target = (rawSql: string, format = 'table') => ({ refId: 'A', format, rawSql });
const DATA_SOURCE = { type: 'postgres', uid: '${DS_MINE}' };

/** As Grafana exports one: inputs, a collapsed row, panels of other data sources. */
export const testDashboard = {
  __inputs: [{ name: 'DS_MINE', type: 'datasource', pluginId: 'postgres' }],
  title: 'Mine',
  schemaVersion: 39,
  templating: {
    list: [
      {
        type: 'query',
        name: 'device',
        datasource: DATA_SOURCE,
        query: {
          rawSql: "SELECT device_id FROM dashboard.device WHERE device_id LIKE '$__searchFilter' ORDER BY 1",
        },
      },
      {
        type: 'query',
        name: 'metric',
        multi: true,
        includeAll: true,
        allValue: "'temperature'",
        query: 'SELECT 1',
      },
      { type: 'custom', name: 'fn', query: 'avg, largest : max', options: [{ text: 'min', value: 'min' }] },
      { type: 'textbox', name: 'typed', query: '' },
    ],
  },
  annotations: {
    list: [
      {
        name: 'Marks',
        datasource: DATA_SOURCE,
        target: target(
          "SELECT $__from::float8 AS time, $__from::float8 + 60000 AS timeend, 'a mark' AS text",
        ),
      },
    ],
  },
  panels: [
    {
      id: 1,
      type: 'timeseries',
      title: 'Readings',
      datasource: DATA_SOURCE,
      targets: [
        target(
          "SELECT time, metric, value FROM dashboard.reading WHERE device_id = '$device' AND metric IN ($metric) AND $__timeFilter(time) ORDER BY time",
          'time_series',
        ),
      ],
    },
    {
      id: 2,
      type: 'row',
      title: 'More',
      collapsed: true,
      panels: [
        {
          id: 3,
          type: 'table',
          title: 'Types',
          datasource: { uid: 'fieldstream' },
          targets: [
            target(
              `SELECT $__timeFrom()::timestamptz + INTERVAL '500 ms' AS time, '2026-01-31'::date AS day, 9007199254740991::int8 AS big,
                 1.25::numeric AS exact, 'NaN'::float8 AS nothing, true AS yes, 'it''s' AS words, '{"a": 1}'::jsonb AS document, ARRAY[1, 2] AS list`,
            ),
          ],
        },
      ],
    },
    {
      id: 4,
      type: 'timeseries',
      title: 'Filled',
      targets: [
        target(
          "SELECT $__timeGroupAlias(time, '5m', 0), count(*) FROM dashboard.reading WHERE metric = 'temperature' GROUP BY 1 ORDER BY 1",
          'time_series',
        ),
      ],
    },
    {
      id: 5,
      type: 'timeseries',
      title: 'Other',
      datasource: { type: 'prometheus', uid: 'p' },
      targets: [{ refId: 'A', expr: 'up' }],
    },
    { id: 6, type: 'timeseries', title: 'Timeless', targets: [target('SELECT 1 AS value', 'time_series')] },
    { id: 7, type: 'table', title: 'Broken', targets: [target('SELECT nonsense')] },
    {
      id: 8,
      type: 'table',
      title: 'Unquoted',
      targets: [
        target(
          "SELECT ${fn:raw}(value) AS v FROM dashboard.reading WHERE device_id = '$device' AND '$typed' = '$typed'",
        ),
      ],
    },
  ],
};
