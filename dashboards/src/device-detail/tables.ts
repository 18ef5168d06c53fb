import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import { SEVERITY_COLOURS } from '../severity.js';
import { coloured, tablePanel } from '../table-panel.js';

export const latestValues = tablePanel(
  7,
  'Latest values',
  'Newest value of each metric by observation time.',
  `SELECT metric AS "Metric", value AS "Value", unit AS "Unit", text AS "State", time AS "Observed"
FROM dashboard.latest WHERE device_id = '$device' ORDER BY metric`,
)
  .overrideByName('Value', [{ id: 'custom.align', value: 'right' }])
  .overrideByRegexp('/^(Value|Unit|State)$/', [{ id: 'custom.width', value: 110 }])
  .overrideByName('Observed', [
    { id: 'unit', value: 'dateTimeFromNow' },
    { id: 'custom.width', value: 160 },
  ])
  .noValue('No readings yet');

export const alerts = tablePanel(
  8,
  'Alerts',
  'Alerts of the device that fired, or were still firing, in the time range; the newest 100.',
  `SELECT fired_at AS "Fired", state AS "State", severity AS "Severity", rule_name AS "Rule", nullif(metric, '') AS "Metric",
       value AS "Value", summary AS "Summary", resolved_at AS "Resolved", acknowledged_at AS "Acknowledged"
FROM dashboard.alert
WHERE device_id = '$device' AND fired_at <= $__timeTo()::timestamptz
  AND (resolved_at IS NULL OR resolved_at >= $__timeFrom()::timestamptz)
ORDER BY fired_at DESC
LIMIT 100`,
)
  .overrideByName('State', coloured({ firing: 'red', resolved: 'green' }))
  .overrideByName('Severity', coloured(SEVERITY_COLOURS))
  .sortBy([new TableSortByFieldStateBuilder().displayName('Fired').desc(true)])
  .noValue('No alerts in this time range');
