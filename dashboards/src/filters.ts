import {
  CustomVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { deviceList } from './device-list.js';
import { DATASOURCE } from './postgres-query.js';

/**
 * What `All` stands for in queries. Not the listed values: a list ends at 1,000, and rules or devices that are deleted
 * since are in none. A device ID is a part of an MQTT topic, so none contains this character. The SQL functions over many
 * devices know it.
 */
export const ALL = '#';

/** A variable of which any values may be chosen; all, unless chosen otherwise. */
export function filter(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.Disabled)
    .multi(true)
    .includeAll(true)
    .allValue(`'${ALL}'`)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

/** SQL condition: the column holds one of the values chosen of a `filter`. */
export function chosen(column: string, variable: string): string {
  const values = chosenValues(variable);
  return `('${ALL}' = ANY (${values}) OR ${column} = ANY (${values}))`;
}

/** The values chosen of a `filter` as an SQL array, for a function that knows what `ALL` stands for. */
export function chosenValues(variable: string): string {
  return `ARRAY[$${variable}]::text[]`;
}

const SITES = 'SELECT DISTINCT site FROM dashboard.device ORDER BY 1 LIMIT 1000';

/** Any sites. A device's site is its label `site`. */
export const site = filter('site', SITES)
  .label('Site')
  .description('Sites whose devices to show. A device’s site is its label “site”.');

/** Any devices of the chosen sites. */
export const deviceOfSite = filter('device', deviceList(chosen('site', 'site')))
  .label('Device')
  .description('Devices to show. With more than 1,000 devices, type a part of a name or ID.');

/** A variable with a few values that stand in the dashboard; the first unless chosen otherwise. */
export function choice(
  name: string,
  choices: readonly (readonly [text: string, value: string])[],
  first = 0,
): CustomVariableBuilder {
  const options = choices.map(([text, value], index) => ({ selected: index === first, text, value }));
  return new CustomVariableBuilder(name)
    .values(choices.map(([text, value]) => (text === value ? text : `${text} : ${value}`)).join(', '))
    .options(options)
    .current(options[first] ?? { text: '', value: '' })
    .multi(false)
    .includeAll(false);
}
