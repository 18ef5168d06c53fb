import {
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from '../postgres-query.js';

// Grafana puts what is typed into the list here. Depending on its version, before anything is typed it puts `%`, or
// leaves the name itself standing: both must find every device.
const SEARCH = `'%' || replace('$__searchFilter', '$' || '__searchFilter', '') || '%'`;

const DEVICES = `
SELECT device_id AS __value,
       CASE WHEN name = device_id THEN name ELSE name || ' (' || device_id || ')' END AS __text
FROM dashboard.device
WHERE name ILIKE ${SEARCH} OR device_id ILIKE ${SEARCH}
ORDER BY 2
LIMIT 1000`.trim();

const METRICS = `SELECT metric FROM dashboard.series WHERE device_id = '$device' ORDER BY metric`;

/** One device. Among more than 1,000, type to search. */
export const device = new QueryVariableBuilder('device')
  .label('Device')
  .description('Device to show. With more than 1,000 devices, type a part of its name or ID.')
  .datasource(DATASOURCE)
  .query(DEVICES)
  .definition(DEVICES)
  .refresh(VariableRefresh.OnDashboardLoad)
  .sort(VariableSort.Disabled);

/** Any metrics of the device; all unless chosen otherwise. */
export const metric = new QueryVariableBuilder('metric')
  .label('Metric')
  .description('Metrics of the device to show.')
  .datasource(DATASOURCE)
  .query(METRICS)
  .definition(METRICS)
  .refresh(VariableRefresh.OnDashboardLoad)
  .sort(VariableSort.Disabled)
  .multi(true)
  .includeAll(true)
  .current({ selected: true, text: ['All'], value: ['$__all'] });
