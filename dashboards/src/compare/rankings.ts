import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { barsPanel } from '../bars-panel.js';
import { factsPanel } from '../fact-panel.js';
import { TO_DEVICE } from '../links.js';
import { tablePanel } from '../table-panel.js';
import { withUnitOfMetric } from './unit.js';
import { STATISTICS } from './variables.js';

/** All chosen devices in four numbers. */
export const overall = withUnitOfMetric(
  factsPanel(
    1,
    'All devices',
    'Over the time range: how many devices reported the metric, the lowest value of any, the mean of their means, the ' +
      'highest value of any.',
    `SELECT count(*)::int AS "Devices", min(min) AS "Lowest", avg(mean) AS "Mean", max(max) AS "Highest"
FROM ${STATISTICS}`,
  ),
  '/^(Lowest|Mean|Highest)$/',
)
  .span(4)
  .height(11)
  .unit('short')
  .overrideByName('Devices', [{ id: 'unit', value: 'none' }])
  .noValue('–');

/** The first of the ranking. */
export const first = ranking(
  3,
  'First of the ranking',
  'The devices that come first, with what they are ranked by.',
  `SELECT label AS "Device", measure AS "Measure", device_id AS "Device ID"
FROM ${STATISTICS}
WHERE place <= '$top'::int
ORDER BY place`,
);

/** The last of the ranking. */
export const last = ranking(
  4,
  'Last of the ranking',
  'The devices that come last, the very last on top, with what they are ranked by.',
  `SELECT label AS "Device", measure AS "Measure", device_id AS "Device ID"
FROM ${STATISTICS}
WHERE place_from_end <= '$top'::int
ORDER BY place_from_end`,
);

/** How many devices have which mean. */
export const distribution = barsPanel(
  7,
  'Distribution',
  'How many of the chosen devices have a mean within each tenth of the way from the lowest mean to the highest, each from ' +
    'the value at its bar up to that of the next.',
  `WITH means AS (
  SELECT mean FROM ${STATISTICS}
), edges AS (
  SELECT min(mean) AS low, (max(mean) - min(mean)) / 10 AS step FROM means
), counted AS (
  SELECT coalesce(least(floor((mean - low) / nullif(step, 0)), 9), 0) AS tenth, count(*)::int AS devices
  FROM means CROSS JOIN edges GROUP BY 1
)
SELECT 'from ' || dashboard.short_number(low + t.tenth * step) AS "Mean",
       coalesce(devices, 0) AS "Devices"
FROM edges
CROSS JOIN generate_series(0, CASE WHEN step > 0 THEN 9 ELSE 0 END) AS t (tenth)
LEFT JOIN counted c ON c.tenth = t.tenth
WHERE low IS NOT NULL
ORDER BY t.tenth`,
)
  .span(6)
  .height(12)
  .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('purple'))
  .noValue('No readings in this time range');

/** Every chosen device in numbers. */
export const statistics = withUnitOfMetric(
  tablePanel(
    6,
    'Statistics',
    'The metric of each chosen device over the time range, in the order of the ranking; at most 500.',
    `SELECT place AS "#", label AS "Device", site AS "Site", last AS "Last", min AS "Minimum", mean AS "Mean", max AS "Maximum",
       max - min AS "Spread", last_time AS "Last reading", device_id AS "Device ID"
FROM ${STATISTICS}
WHERE place <= 500
ORDER BY place`,
  ),
  '/^(Last|Minimum|Mean|Maximum|Spread)$/',
)
  .span(18)
  .height(12)
  .unit('short')
  .overrideByRegexp('/^#$/', [{ id: 'unit', value: 'none' }])
  .overrideByName('#', [{ id: 'custom.width', value: 70 }])
  .overrideByName('Site', [{ id: 'custom.width', value: 110 }])
  .overrideByRegexp('/^(Last|Minimum|Mean|Maximum|Spread)$/', [{ id: 'custom.width', value: 95 }])
  .overrideByName('Device', [
    { id: 'links', value: [TO_DEVICE] },
    { id: 'custom.width', value: 220 },
  ])
  .overrideByName('Last reading', [
    { id: 'unit', value: 'dateTimeFromNow' },
    { id: 'custom.width', value: 150 },
  ])
  .overrideByName('Device ID', [{ id: 'custom.hideFrom.viz', value: true }])
  .sortBy([new TableSortByFieldStateBuilder().displayName('#').desc(false)])
  .noValue('No readings in this time range');

function ranking(id: number, title: string, description: string, sql: string): PanelBuilder {
  return withUnitOfMetric(barsPanel(id, title, description, sql), '/^Measure$/')
    .span(8)
    .unit('short')
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlYlRd))
    .overrideByName('Measure', [
      { id: 'displayName', value: '${__data.fields["Device"]}' },
      { id: 'links', value: [TO_DEVICE] },
    ])
    .noValue('No readings in this time range');
}
