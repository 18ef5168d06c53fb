import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { chosen } from '../filters.js';
import { factPanel, factsPanel, thresholds } from '../fact-panel.js';
import { toAlertsOf } from '../links.js';
import { SEVERITIES } from '../severity.js';
import { statPanel } from '../stat-panel.js';
import { RANGE } from '../time-range.js';
import { FLEET } from './variables.js';

/** How many devices there are, and how they are. */
export const devices = factsPanel(
  1,
  'Devices',
  'The chosen devices. Offline: said so, or its connection ended. Silent: reported nothing for the time chosen above. ' +
    'Online: all others.',
  `SELECT count(*)::int AS "Total", count(*) FILTER (WHERE status = 'online')::int AS "Online",
       count(*) FILTER (WHERE status = 'silent')::int AS "Silent",
       count(*) FILTER (WHERE status = 'offline')::int AS "Offline"
FROM ${FLEET}`,
)
  .span(10)
  .unit('none')
  .overrideByName('Online', [{ id: 'thresholds', value: thresholds([null, 'green']).build() }])
  .overrideByName('Silent', [{ id: 'thresholds', value: thresholds([null, 'text'], [1, 'orange']).build() }])
  .overrideByName('Offline', [{ id: 'thresholds', value: thresholds([null, 'text'], [1, 'red']).build() }])
  .noValue('No devices');

/** How many alerts are open now, by severity. */
export const openAlerts = openAlertsPanel();

function openAlertsPanel(): PanelBuilder {
  const counts = SEVERITIES.map(
    ({ severity, title }) => `count(*) FILTER (WHERE a.severity = '${severity}')::int AS "${title}"`,
  );
  const panel = factsPanel(
    2,
    'Open alerts',
    'Alerts of the chosen devices that are open now, whatever the time range, by severity.',
    `SELECT ${counts.join(',\n       ')}
FROM dashboard.alert a LEFT JOIN dashboard.device d ON d.device_id = a.device_id
WHERE a.state = 'firing' AND ${chosen("coalesce(d.site, 'no site')", 'site')} AND ${chosen('a.device_id', 'device')}`,
  )
    .span(6)
    .unit('none')
    .noValue('0');
  for (const { severity, title, color } of SEVERITIES) {
    panel.overrideByName(title, [
      { id: 'thresholds', value: thresholds([null, 'green'], [1, color]).build() },
      { id: 'links', value: [toAlertsOf(severity)] },
    ]);
  }
  return panel;
}

/** How many readings are stored each second, of the whole platform. */
export const readingsRate = statPanel(
  3,
  'Readings',
  'Readings stored each second, of all devices: the newest value, and its course over the time range.',
  `SELECT time, sum(stored) AS "Readings"
FROM dashboard.pipeline_rates(${RANGE}, $__interval_ms)
WHERE stage = 'aggregator'
GROUP BY 1
ORDER BY 1`,
)
  .span(4)
  .unit('cps')
  .noValue('No readings');

/** For how long the aggregator has stored nothing. */
export const lastData = factPanel(
  4,
  'Last data',
  'How long ago the platform last stored what devices sent. It grows where no device sends, or the pipeline stands still.',
  'age',
  `SELECT greatest(extract(epoch FROM now() - max(updated_at)), 0)::double precision AS age
FROM dashboard.pipeline_ledger
WHERE stage LIKE '%fieldstream-aggregator'`,
)
  .span(4)
  .unit('s')
  .decimals(0)
  .thresholds(thresholds([null, 'green'], [60, 'orange'], [600, 'red']))
  .noValue('Never');
