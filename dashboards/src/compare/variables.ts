import {
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { deviceList, searched } from '../device-list.js';
import { choice, chosen, chosenValues, filter } from '../filters.js';
import { DATASOURCE } from '../postgres-query.js';
import { RANGE } from '../time-range.js';

const METRICS = `
SELECT metric FROM dashboard.series
WHERE ${searched('metric')}
GROUP BY metric
ORDER BY count(*) DESC, metric
LIMIT 1000`.trim();

/** One metric; those that most devices report come first. */
export const metric = new QueryVariableBuilder('metric')
  .label('Metric')
  .description('Metric to compare. Those that most devices report come first.')
  .datasource(DATASOURCE)
  .query(METRICS)
  .definition(METRICS)
  .refresh(VariableRefresh.OnDashboardLoad)
  .sort(VariableSort.Disabled);

/** Any devices of the chosen sites that report the metric. */
export const device = filter(
  'device',
  deviceList(
    `${chosen('site', 'site')} AND device_id IN (SELECT device_id FROM dashboard.series WHERE metric = '$metric')`,
  ),
)
  .label('Device')
  .description('Devices to compare. With more than 1,000 devices, type a part of a name or ID.');

/** What the devices are ranked by, and which of them come first: see `dashboard.statistics`. */
export const ranking = choice('ranking', [
  ['Highest mean', 'highest-mean'],
  ['Lowest mean', 'lowest-mean'],
  ['Highest maximum', 'highest-max'],
  ['Lowest minimum', 'lowest-min'],
  ['Highest last value', 'highest-last'],
  ['Lowest last value', 'lowest-last'],
  ['Widest spread', 'widest-spread'],
])
  .label('Ranked by')
  .description(
    'What the devices are ranked by: the chart has the first of them, the table starts with them.',
  );

/** How many devices the chart and the rankings have. */
export const top = choice(
  'top',
  ['5', '10', '20', '50'].map((count) => [count, count]),
  1,
)
  .label('Top')
  .description('How many devices the chart and the rankings have.');

const CHOSEN = `'$metric', ${chosenValues('site')}, ${chosenValues('device')}, ${RANGE}`;

/** The metric of every chosen device over the time range, a row a device, in the order of the ranking. */
export const STATISTICS = `dashboard.statistics(${CHOSEN}, '$ranking')`;

/** Curves of the first devices of the ranking. */
export const CURVES = `dashboard.compare(${CHOSEN}, $__interval_ms, '$ranking', '$top'::int)`;

/** How the devices' means are spread in each interval. */
export const SPREAD = `dashboard.spread(${CHOSEN}, $__interval_ms)`;
