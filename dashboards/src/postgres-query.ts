import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { QueryFormat } from '@fieldstream/grafana';

/** The one data source of all dashboards: provisioned under a fixed UID, so that no dashboard has to be asked for it. */
export const DATASOURCE = { type: 'grafana-postgresql-datasource', uid: 'fieldstream' } as const;

/** A query of Grafana's PostgreSQL data source, which the SDK has no builder for. */
export interface PostgresQuery extends Dataquery {
  readonly refId: string;
  readonly datasource: typeof DATASOURCE;
  readonly format: QueryFormat;
  readonly rawSql: string;
  readonly rawQuery: true;
  readonly editorMode: 'code';
}

export function postgresQuery(refId: string, format: QueryFormat, rawSql: string): Builder<PostgresQuery> {
  return {
    build: () => ({
      refId,
      datasource: DATASOURCE,
      format,
      rawSql,
      rawQuery: true,
      editorMode: 'code',
      _implementsDataqueryVariant: () => {},
    }),
  };
}
