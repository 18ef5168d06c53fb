import {
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { deviceList } from '../device-list.js';
import { chosen } from '../filters.js';
import { DATASOURCE } from '../postgres-query.js';

const DEVICES = deviceList(chosen('site', 'site'));

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
