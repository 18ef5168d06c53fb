import type pg from 'pg';
import {
  expandMacros,
  intervalMsFor,
  queriesOf,
  type DashboardJson,
  type VariableValue,
} from '@fieldstream/grafana';

/** A query as Grafana sends it when a dashboard is opened over a time range. */
export interface OpenedQuery {
  readonly kind: 'variable' | 'annotation' | 'panel';
  /** `panel 6 Readings, A`. */
  readonly where: string;
  /** As it stands in the dashboard. */
  readonly rawSql: string;
  /** With variables and macros expanded. */
  readonly sql: string;
}

/** As wide as a panel over half of a large screen. */
const PANEL_POINTS = 1000;

/**
 * Every query of a dashboard over a time range, with the variables as they stand when it is opened: `All` where it may be
 * chosen, else the first option. A repeated panel is asked for its first value.
 * @param db Answers the queries of the variables, as the role `grafana_reader`.
 */
export async function openDashboard(
  db: Pick<pg.ClientBase, 'query'>,
  dashboard: DashboardJson,
  fromMs: number,
  toMs: number,
): Promise<OpenedQuery[]> {
  const range = { fromMs, toMs, intervalMs: intervalMsFor(toMs - fromMs, PANEL_POINTS) };
  const variables = new Map<string, VariableValue>();
  for (const { name, type, query, multi, allValue, current } of dashboard.templating.list) {
    if (type !== 'query') {
      const value = current?.value ?? '';
      variables.set(name, typeof value === 'string' ? value : [...value]);
    } else if (allValue !== undefined) {
      // Grafana puts it into queries as it is, quotes included.
      variables.set(name, [allValue.replace(/^'(.*)'$/, '$1')]);
    } else {
      const { rows } = await db.query<Record<string, unknown>>(expandMacros(query, { ...range, variables }));
      const options = rows.map((row) => String(row['__value'] ?? Object.values(row)[0]));
      variables.set(name, multi ? options : (options[0] ?? ''));
    }
  }
  return queriesOf(dashboard).map(({ kind, where, sql, repeat }) => {
    const values = new Map(variables);
    const repeated = repeat === undefined ? undefined : variables.get(repeat);
    if (repeat !== undefined && Array.isArray(repeated)) values.set(repeat, String(repeated[0] ?? ''));
    return { kind, where, rawSql: sql, sql: expandMacros(sql, { ...range, variables: values }) };
  });
}
