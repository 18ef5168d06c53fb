import { api, dataOf, type Schema } from '../client/api.js';
import {
  dataFrameFromJSON,
  type DataFrame,
  type DataFrameJSON,
  type QueryResultMetaNotice,
} from '@grafana/data';
import { objectOf } from './json.js';
import type { QueryVariables } from './resolve-variables.js';

/** Where a query's SQL stands; the server takes it from there. */
export type QuerySource =
  | { readonly dashboard: string; readonly panel: number; readonly target: string }
  | { readonly dashboard: string; readonly annotation: string }
  | { readonly dashboard: string; readonly variable: string; readonly search?: string };

export interface Query {
  /** Unique in its request; names the result. */
  readonly refId: string;
  readonly intervalMs?: number;
  readonly maxDataPoints?: number;
  /** Laid over those of the request. */
  readonly variables?: QueryVariables;
  readonly source: QuerySource;
}

export interface QueryRequest {
  readonly from: number;
  readonly to: number;
  readonly variables: QueryVariables;
  readonly queries: readonly Query[];
}

/** What one query came to: frames, or an error in words. */
export interface QueryResult {
  readonly frames: readonly DataFrame[];
  readonly error?: string;
}

/** Results by `refId`. A query without one got no answer. */
export type QueryResults = ReadonlyMap<string, QueryResult>;

/** Asks the query service. @throws ApiError where the request as a whole fails */
export async function runQueries(request: QueryRequest, signal: AbortSignal): Promise<QueryResults> {
  const body = request as Schema<'QueryRequest'>;
  const answer: unknown = await dataOf(api.POST('/api/ds/query', { body, signal }));
  const results = objectOf(objectOf(answer)['results']);
  return new Map(Object.entries(results).map(([refId, result]) => [refId, readResult(result)]));
}

function readResult(value: unknown): QueryResult {
  const { frames, error } = objectOf(value);
  const list: readonly DataFrameJSON[] = Array.isArray(frames) ? frames : [];
  return {
    frames: list.map((frame) => dataFrameFromJSON(frame)),
    ...(typeof error === 'string' ? { error } : {}),
  };
}

/** Warnings that the server sent with the rows, e.g. that there were too many. */
export function noticesOf(frames: readonly DataFrame[]): readonly QueryResultMetaNotice[] {
  return frames.flatMap(({ meta }) => meta?.notices ?? []);
}
