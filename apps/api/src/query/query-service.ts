import {
  expandSafely,
  FrameError,
  MacroError,
  postgresColumn,
  QuerySourceError,
  shapeFields,
  type ExpandedQuery,
  type SourcedQuery,
  type VariableValue,
} from '@fieldstream/grafana';
import { Histogram, type Registry } from '@fieldstream/observability';
import {
  DashboardQueryError,
  type DashboardQueryErrorCode,
  type DashboardReader,
} from '@fieldstream/timescale';
import type { DashboardFiles, KnownDashboard } from '../dashboards/dashboard-files.js';
import { Problem } from '../http/problem.js';
import { QUERY_LIMITS, type OneQuery, type QueryRequest, type QueryResult } from './query-schemas.js';
import { Turns } from './turns.js';

export interface QueryServiceOptions {
  readonly files: DashboardFiles;
  readonly reader: DashboardReader;
  readonly registry: Registry;
  /** Of one result. */
  readonly maxRows: number;
  /** Whether requests carry a token, and so may bring SQL of their own. */
  readonly takesSql: boolean;
}

/** Queries that the database gets at once, from everybody. */
export const CONCURRENT_QUERIES = 4;
const MAX_WAITING = 400;
const MAX_RESULT_BYTES = 16 * 1024 * 1024;

const STATUS_OF: Readonly<Record<DashboardQueryErrorCode, number>> = {
  failed: 400,
  timeout: 504,
  cancelled: 499,
  refused: 503,
  overloaded: 503,
  unreachable: 503,
};

/** A query that is not run, in words for whoever sent it. */
class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What a source stands for: the query, and the dashboard whose variables it uses. */
interface Sourced extends SourcedQuery {
  readonly dashboard: KnownDashboard | undefined;
}

/** Runs the queries of known dashboards, and SQL of those who hold the API's token. */
export class QueryService {
  private readonly turns = new Turns(CONCURRENT_QUERIES, MAX_WAITING);
  private readonly duration: Histogram<'source' | 'outcome'>;

  constructor(private readonly options: QueryServiceOptions) {
    this.duration = new Histogram({
      name: 'fieldstream_dashboard_query_duration_seconds',
      help: 'Time of a query of a dashboard, with the wait for its turn. Outcome: ok, refused (never run), failed, cancelled.',
      labelNames: ['source', 'outcome'] as const,
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 15],
      registers: [options.registry],
    });
  }

  /**
   * Every query has a result of its own; one that fails does not concern the others.
   * @throws Problem for a request that is refused as a whole
   */
  async run(request: QueryRequest, signal: AbortSignal): Promise<Record<string, QueryResult>> {
    if (!this.options.takesSql && request.queries.some(({ source }) => 'rawSql' in source)) {
      throw new Problem(
        'token-needed',
        'SQL of your own is run only for holders of the API token: set API_TOKEN, and send it. The queries of dashboards need no SQL in the request.',
      );
    }
    this.turns.expect(request.queries.length);
    const { dashboards } = await this.options.files.current();
    const budget = { bytes: QUERY_LIMITS.answerBytes };
    const results = await Promise.all(
      request.queries.map(async (query) => {
        const result = await this.runOne(query, request, dashboards, budget, signal);
        return [query.refId, result] as const;
      }),
    );
    return Object.fromEntries(results);
  }

  private async runOne(
    query: OneQuery,
    request: QueryRequest,
    dashboards: ReadonlyMap<string, KnownDashboard>,
    budget: { bytes: number },
    signal: AbortSignal,
  ): Promise<QueryResult> {
    const end = this.duration.startTimer({ source: kindOf(query) });
    let outcome = 'failed';
    try {
      const sourced = sourceOf(query, dashboards);
      const expanded = expand(query, sourced, request);
      checkIsQuery(expanded.sql);
      const result = await this.turns.run(() => this.ask(query, sourced, expanded, request, budget, signal));
      outcome = 'ok';
      return result;
    } catch (error) {
      if (error instanceof DashboardQueryError) {
        if (error.code === 'cancelled') outcome = 'cancelled';
        return { status: STATUS_OF[error.code], error: error.message };
      }
      if (error instanceof FrameError) return { status: 400, error: error.message };
      if (error instanceof Refusal || error instanceof MacroError || error instanceof QuerySourceError) {
        outcome = 'refused';
        return { status: 400, error: error.message };
      }
      throw error;
    } finally {
      end({ outcome });
    }
  }

  private async ask(
    { refId }: OneQuery,
    { format }: Sourced,
    { sql, fill }: ExpandedQuery,
    { from, to }: QueryRequest,
    budget: { bytes: number },
    signal: AbortSignal,
  ): Promise<QueryResult> {
    if (budget.bytes <= 0)
      throw new Refusal('the results of this request are too large together: ask for fewer at once');
    const { maxRows } = this.options;
    const maxBytes = Math.min(MAX_RESULT_BYTES, budget.bytes);
    const result = await this.options.reader.run(sql, { maxRows, maxBytes, signal });
    budget.bytes -= result.bytes;
    const columns = result.columns.map(({ name, typeId }, index) =>
      postgresColumn(name, typeId, result.values[index] ?? []),
    );
    const fields = shapeFields(columns, { format, fill, fromMs: from, toMs: to });
    const notices = noticesOf(result.cutBy, result.rows, maxBytes);
    return {
      status: 200,
      frames: [
        {
          schema: {
            refId,
            meta: { executedQueryString: sql, ...(notices.length > 0 ? { notices } : {}) },
            fields: fields.map(({ name, type, labels }) => ({
              name,
              type,
              ...(labels ? { labels: { ...labels } } : {}),
            })),
          },
          data: { values: fields.map(({ values }) => values as QueryValue[]) },
        },
      ],
    };
  }
}

type QueryValue = number | string | boolean | null;
type Notice = { severity: 'warning'; text: string };

function noticesOf(cutBy: 'rows' | 'bytes' | undefined, rows: number, maxBytes: number): Notice[] {
  if (cutBy === undefined) return [];
  const why =
    cutBy === 'rows'
      ? 'the SQL row limit was reached'
      : `the result is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB`;
  return [{ severity: 'warning', text: `Results have been limited to ${rows} because ${why}` }];
}

function kindOf({ source }: OneQuery): string {
  if ('panel' in source) return 'panel';
  if ('variable' in source) return 'variable';
  return 'annotation' in source ? 'annotation' : 'sql';
}

function sourceOf({ refId, source }: OneQuery, dashboards: ReadonlyMap<string, KnownDashboard>): Sourced {
  if ('rawSql' in source) return { sql: source.rawSql, format: source.format, dashboard: undefined };
  const dashboard = dashboards.get(source.dashboard);
  if (dashboard === undefined) throw new Refusal(`there is no dashboard with the uid "${source.dashboard}"`);
  const place = 'panel' in source ? { panel: source.panel, refId: source.target ?? refId } : source;
  return { ...dashboard.source.find(place), dashboard };
}

function expand(query: OneQuery, { sql, dashboard }: Sourced, request: QueryRequest): ExpandedQuery {
  const variables = new Map<string, VariableValue>();
  for (const [name, chosen] of Object.entries({ ...request.variables, ...query.variables })) {
    variables.set(name, dashboard?.source.valueOf(name, chosen) ?? chosen);
  }
  if ('variable' in query.source) {
    // As in Grafana: what was typed is the beginning.
    const typed = query.source.search ?? '';
    variables.set('__searchFilter', typed.endsWith('%') ? typed : `${typed}%`);
  }
  const { from, to } = request;
  const context = { fromMs: from, toMs: to, intervalMs: query.intervalMs, variables };
  return expandSafely(sql, context, (name, value) => dashboard?.source.isOwn(name, value) ?? false);
}

/** For words that help; the rights are the role's, and the transaction is read-only. */
function checkIsQuery(sql: string): void {
  const first = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\()*(\w*)/.exec(sql)?.[1] ?? '';
  if (/^(select|with|values|table|show|explain)$/i.test(first)) return;
  throw new Refusal(
    `only queries are run here: SQL begins with SELECT, WITH, VALUES, TABLE, SHOW or EXPLAIN, not with "${first.slice(0, 40)}"`,
  );
}
