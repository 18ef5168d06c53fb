import { queriesOf, type DashboardJson, type DashboardQuery } from '@fieldstream/grafana';

/** A query, and the dashboard that it stands in. */
export interface PlacedQuery extends DashboardQuery {
  readonly file: string;
  readonly dashboard: DashboardJson;
}

/** Every query of the dashboards. */
export function placedQueries(dashboards: ReadonlyMap<string, DashboardJson>): PlacedQuery[] {
  return [...dashboards].flatMap(([file, dashboard]) =>
    queriesOf(dashboard).map((query) => Object.assign({ file, dashboard }, query)),
  );
}

/** Values chosen of variables, by name; a single value stands for a panel that is repeated for it. */
export type Chosen = Readonly<Record<string, string | readonly string[]>>;

/**
 * A dashboard's variables as Grafana gives them to queries. One of which nothing is chosen stands at `All`, or at the value
 * that the dashboard has for it; of one that takes a single value, it is the first.
 */
export function variablesOf(
  dashboard: DashboardJson,
  chosen: Chosen,
): Map<string, string | readonly string[]> {
  return new Map(
    dashboard.templating.list.map(({ type, name, multi, allValue, current }) => {
      const value = chosen[name] ?? (type === 'query' ? all(allValue) : (current?.value ?? ''));
      return [name, multi || typeof value === 'string' ? value : (value[0] ?? '')];
    }),
  );
}

/** Grafana puts the text of `All` into queries as it is, quotes included. */
function all(allValue: string | undefined): readonly string[] {
  return allValue === undefined ? [] : [allValue.replace(/^'(.*)'$/, '$1')];
}
