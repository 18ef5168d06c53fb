import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { TO_DEVICE, TO_RULE_ALERTS } from '../links.js';
import { SEVERITY_ARRAY, SEVERITY_COLOURS } from '../severity.js';
import { coloured, tablePanel } from '../table-panel.js';
import { FROM, OPEN_IN_RANGE, TO } from '../time-range.js';
import { CHOSEN } from './variables.js';

const WHAT = `a.rule_name AS "Rule", coalesce(d.name, a.device_id) AS "Device",
       nullif(a.metric, '') AS "Metric"`;
const DEVICE_NAME = 'LEFT JOIN dashboard.device d ON d.device_id = a.device_id';

/** Room for a name. */
const WIDE = { id: 'custom.width', value: 190 } as const;

/** Colours the column `Severity`. */
export function bySeverity(panel: PanelBuilder): PanelBuilder {
  return panel.overrideByName('Severity', coloured(SEVERITY_COLOURS));
}

/** Links the column `Device` to the device; the table has a column `Device ID`, too. */
export function toDevice(panel: PanelBuilder): PanelBuilder {
  return panel.overrideByName('Device', [{ id: 'links', value: [TO_DEVICE] }, WIDE]);
}

/** Links the column `Rule` to the rule's alerts; the table has a column `Rule ID`, too. */
export function toRule(panel: PanelBuilder): PanelBuilder {
  return panel.overrideByName('Rule', [{ id: 'links', value: [TO_RULE_ALERTS] }, WIDE]);
}

const linked = (panel: PanelBuilder): PanelBuilder => toRule(toDevice(bySeverity(panel)));

const newestFirst = (column: string): TableSortByFieldStateBuilder =>
  new TableSortByFieldStateBuilder().displayName(column).desc(true);

/** Everything that is open now, gravest and newest first. */
export const openAlerts = linked(
  tablePanel(
    10,
    'Open alerts',
    'Alerts that are open now, whatever the time range; the gravest first, at most 500.',
    `SELECT a.severity AS "Severity", ${WHAT}, a.fired_at AS "Since",
       a.value AS "Value", a.summary AS "Summary",
       CASE WHEN a.snoozed_until > now() THEN 'snoozed' WHEN a.acknowledged_at IS NOT NULL THEN 'acknowledged'
            ELSE 'unattended' END AS "Handling",
       a.acknowledged_by AS "Acknowledged by",
       CASE WHEN a.snoozed_until > now() THEN a.snoozed_until END AS "Snoozed until",
       a.device_id AS "Device ID", a.rule_id AS "Rule ID"
FROM dashboard.alert a ${DEVICE_NAME}
WHERE a.state = 'firing' AND ${CHOSEN}
ORDER BY array_position(${SEVERITY_ARRAY}, a.severity), a.fired_at DESC
LIMIT 500`,
  ),
)
  .span(24)
  .overrideByName('Since', [{ id: 'unit', value: 'dateTimeFromNow' }])
  .overrideByName('Handling', coloured({ unattended: 'orange', acknowledged: 'green', snoozed: 'purple' }))
  .noValue('No open alerts');

/** Alerts of the time range, with how they ended. */
export const history = linked(
  tablePanel(
    14,
    'History',
    'Alerts that fired, or were still open, in the time range; the newest 500.',
    `SELECT a.fired_at AS "Fired", a.severity AS "Severity", a.state AS "State", ${WHAT},
       a.value AS "Value", a.summary AS "Summary", a.resolved_at AS "Resolved", a.resolved_by AS "Resolved by",
       extract(epoch FROM coalesce(a.resolved_at, now()) - a.fired_at)::double precision AS "Duration",
       a.acknowledged_at AS "Acknowledged", a.acknowledged_by AS "Acknowledged by",
       a.device_id AS "Device ID", a.rule_id AS "Rule ID"
FROM dashboard.alert a ${DEVICE_NAME}
WHERE ${OPEN_IN_RANGE} AND ${CHOSEN}
ORDER BY a.fired_at DESC
LIMIT 500`,
  ),
)
  .span(24)
  .overrideByName('State', coloured({ firing: 'red', resolved: 'green' }))
  .overrideByName('Duration', [{ id: 'unit', value: 's' }])
  .sortBy([newestFirst('Fired')])
  .noValue('No alerts in this time range');

/** What happened to alerts, and who did it. */
export const changes = linked(
  tablePanel(
    15,
    'Changes',
    'What happened to alerts in the time range: by themselves, and by people; the newest 500.',
    `SELECT e.time AS "Time", e.transition AS "Change", coalesce(e.severity, a.severity) AS "Severity", ${WHAT},
       e.value AS "Value", e.actor AS "By", e.detail AS "Detail", a.device_id AS "Device ID", a.rule_id AS "Rule ID"
FROM dashboard.alert_event e JOIN dashboard.alert a ON a.alert_id = e.alert_id ${DEVICE_NAME}
WHERE e.time BETWEEN ${FROM} AND ${TO} AND ${CHOSEN}
ORDER BY e.sequence DESC
LIMIT 500`,
  ),
)
  .span(24)
  .overrideByName(
    'Change',
    coloured({
      firing: 'red',
      severity: 'orange',
      acknowledged: 'blue',
      snoozed: 'purple',
      unsnoozed: 'purple',
      resolved: 'green',
    }),
  )
  .sortBy([newestFirst('Time')])
  .noValue('No changes in this time range');
