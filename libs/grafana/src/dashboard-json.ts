/** `time_series` needs a column `time` in ascending order; other text columns become labels. */
export type QueryFormat = 'table' | 'time_series';

/** The parts of a dashboard's JSON that checks and the console read; `DASHBOARD_SCHEMA` says that they are there. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly timezone?: string;
  readonly refresh?: string;
  /** 0 nothing, 1 crosshair, 2 crosshair and tooltip are shared by the panels. */
  readonly graphTooltip?: number;
  readonly schemaVersion?: number;
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly links?: readonly LinkJson[];
  readonly annotations?: { readonly list?: readonly { readonly name: string; readonly target: QueryJson }[] };
  readonly panels: readonly PanelJson[];
}

/** A link of a dashboard, or of a panel's field. */
export interface LinkJson {
  /** Of a dashboard: to one address, or to all dashboards with the tags. */
  readonly type?: 'link' | 'dashboards';
  readonly tags?: readonly string[];
  readonly title: string;
  readonly url: string;
}

export interface VariableJson {
  /** Of these, `query` alone asks the database. */
  readonly type: 'query' | 'custom' | 'interval' | 'textbox';
  readonly name: string;
  readonly description?: string;
  readonly query: string;
  readonly definition?: string;
  /** Several values may be chosen: queries get a list. */
  readonly multi?: boolean;
  /** What stands in queries, as it is, for `All`; otherwise the whole list does. */
  readonly allValue?: string;
  /** The value until another is chosen. */
  readonly current?: { readonly value: string | readonly string[] };
  /** What may be chosen, where that stands in the dashboard. */
  readonly options?: readonly { readonly text: string; readonly value: string }[];
  /** Of a query: 1 when the dashboard loads, 2 also when the time range changes. */
  readonly refresh?: number;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  /** Name of the variable for each of whose values the panel is drawn. */
  readonly repeat?: string;
  readonly targets?: readonly QueryJson[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly color?: object;
      readonly thresholds?: { readonly steps?: readonly object[] };
    };
    readonly overrides?: readonly {
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
}

export interface QueryJson {
  readonly refId: string;
  readonly format: QueryFormat;
  readonly rawSql: string;
}

/** A query of a dashboard, and where it stands. */
export interface DashboardQuery {
  readonly kind: 'variable' | 'annotation' | 'panel';
  /** `panel 6 Readings, A`, for messages. */
  readonly where: string;
  readonly format: QueryFormat;
  readonly sql: string;
  readonly repeat?: string;
}

/** Every query that a dashboard sends to the database: variables first, as Grafana runs them. */
export function queriesOf(dashboard: DashboardJson): DashboardQuery[] {
  return [
    ...dashboard.templating.list
      .filter(({ type }) => type === 'query')
      .map(({ name, query }) => ({
        kind: 'variable' as const,
        where: `variable ${name}`,
        format: 'table' as const,
        sql: query,
      })),
    ...(dashboard.annotations?.list ?? []).map(({ name, target }) => ({
      kind: 'annotation' as const,
      where: `annotation ${name}`,
      format: target.format,
      sql: target.rawSql,
    })),
    ...dashboard.panels.flatMap(({ id, title, repeat, targets = [] }) =>
      targets.map(({ refId, format, rawSql }) => ({
        kind: 'panel' as const,
        where: `panel ${id} ${title}, ${refId}`,
        format,
        sql: rawSql,
        ...(repeat === undefined ? {} : { repeat }),
      })),
    ),
  ];
}
