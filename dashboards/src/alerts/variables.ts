import {
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DEVICE_LIST, searched } from '../device-list.js';
import { DATASOURCE } from '../postgres-query.js';
import { SEVERITY_ARRAY } from '../severity.js';

/**
 * What `All` stands for in queries. Not the listed values: a list ends at 1,000, and rules or devices that are deleted
 * since are in none. A device ID is a part of an MQTT topic, so none contains this character.
 */
const ALL = '#';

const RULES = `
SELECT rule_id AS __value, name AS __text
FROM dashboard.alert_rule
WHERE ${searched('name', 'rule_id')}
ORDER BY 2
LIMIT 1000`.trim();

const SEVERITIES = `SELECT unnest(${SEVERITY_ARRAY})`;

/** Any rules. Those that are deleted are among `All` only. */
export const rule = filter('rule', RULES)
  .label('Rule')
  .description('Rules to show the alerts of. With more than 1,000 rules, type a part of a name or ID.');

/** Any devices. */
export const device = filter('device', DEVICE_LIST)
  .label('Device')
  .description('Devices to show the alerts of. With more than 1,000 devices, type a part of a name or ID.');

/** Any severities; of an alert it is the one that it has now, or had last. */
export const severity = filter('severity', SEVERITIES)
  .label('Severity')
  .description(
    'Severities to show. A severity is the one that an alert has now, or had when it was resolved.',
  );

function filter(name: string, query: string): QueryVariableBuilder {
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

function chosen(column: string, variable: string): string {
  const values = `ANY (ARRAY[$${variable}]::text[])`;
  return `('${ALL}' = ${values} OR ${column} = ${values})`;
}

/** SQL condition: the alert `a` is of a chosen rule, device and severity. */
export const CHOSEN = [
  chosen('a.rule_id', 'rule'),
  chosen('a.device_id', 'device'),
  chosen('a.severity', 'severity'),
].join(' AND ');
