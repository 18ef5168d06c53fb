import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { SEVERITY_ARRAY } from '../severity.js';
import { tablePanel } from '../table-panel.js';
import { FROM, OPEN_IN_RANGE, TO } from '../time-range.js';
import { bySeverity, toDevice, toRule } from './tables.js';
import { CHOSEN } from './variables.js';

/** Alerts of each rule or device, and for how much of the time range they were open, all added up. */
const COUNTS = `count(*)::int AS "Alerts", count(*) FILTER (WHERE a.state = 'firing')::int AS "Open",
       sum(extract(epoch FROM least(coalesce(a.resolved_at, now()), ${TO}) - greatest(a.fired_at, ${FROM})))
         ::double precision AS "Time open"`;

function ranking(panel: PanelBuilder): PanelBuilder {
  return panel
    .span(8)
    .height(9)
    .filterable(false)
    .overrideByName('Alerts', [
      { id: 'min', value: 0 },
      { id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } },
      {
        id: 'custom.cellOptions',
        value: { type: 'gauge', mode: BarGaugeDisplayMode.Basic, valueDisplayMode: BarGaugeValueMode.Text },
      },
    ])
    .overrideByName('Time open', [{ id: 'unit', value: 's' }])
    .sortBy([new TableSortByFieldStateBuilder().displayName('Alerts').desc(true)])
    .noValue('No alerts in this time range');
}

export const topRules = toRule(
  ranking(
    tablePanel(
      11,
      'Top rules',
      'Rules with the most alerts that were open in the time range, and for how long these were, added up.',
      `SELECT coalesce(max(r.name), max(a.rule_name)) AS "Rule", ${COUNTS}, a.rule_id AS "Rule ID"
FROM dashboard.alert a LEFT JOIN dashboard.alert_rule r ON r.rule_id = a.rule_id
WHERE ${OPEN_IN_RANGE} AND ${CHOSEN}
GROUP BY a.rule_id
ORDER BY 2 DESC, 4 DESC
LIMIT 20`,
    ),
  ),
);

export const topDevices = toDevice(
  ranking(
    tablePanel(
      12,
      'Top devices',
      'Devices with the most alerts that were open in the time range, and for how long these were, added up.',
      `SELECT coalesce(max(d.name), a.device_id) AS "Device", ${COUNTS}, a.device_id AS "Device ID"
FROM dashboard.alert a LEFT JOIN dashboard.device d ON d.device_id = a.device_id
WHERE ${OPEN_IN_RANGE} AND ${CHOSEN}
GROUP BY a.device_id
ORDER BY 2 DESC, 4 DESC
LIMIT 20`,
    ),
  ),
);

const quantile = (fraction: number, ended: string): string =>
  `percentile_cont(${fraction}) WITHIN GROUP (
         ORDER BY greatest(extract(epoch FROM ${ended} - a.fired_at), 0)::double precision
       ) FILTER (WHERE ${ended} IS NOT NULL)`;

/** How fast people respond, and how long alerts last, by severity. */
export const response = bySeverity(
  tablePanel(
    13,
    'Response',
    'Alerts that fired in the time range: how many were acknowledged, after how long, and how long they lasted; medians ' +
      'and the times within which 95 % were.',
    `SELECT a.severity AS "Severity", count(*)::int AS "Alerts", count(a.acknowledged_at)::int AS "Acknowledged",
       ${quantile(0.5, 'a.acknowledged_at')} AS "To acknowledge",
       ${quantile(0.95, 'a.acknowledged_at')} AS "To acknowledge, 95 %",
       ${quantile(0.5, 'a.resolved_at')} AS "Duration",
       ${quantile(0.95, 'a.resolved_at')} AS "Duration, 95 %"
FROM dashboard.alert a
WHERE a.fired_at BETWEEN ${FROM} AND ${TO} AND ${CHOSEN}
GROUP BY a.severity
ORDER BY array_position(${SEVERITY_ARRAY}, a.severity)`,
  ),
)
  .span(8)
  .height(9)
  .filterable(false)
  .overrideByRegexp('/^(To acknowledge|Duration)/', [{ id: 'unit', value: 's' }])
  .noValue('No alert fired in this time range');
