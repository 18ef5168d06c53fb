import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { DATASOURCE, postgresQuery } from '../postgres-query.js';

function table(id: number, title: string, description: string, sql: string): PanelBuilder {
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(postgresQuery('A', 'table', sql))
    .span(12)
    .height(10)
    .unit('none')
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .filterable(true);
}

/** Shows the words of a column in colours. */
function coloured(colours: Readonly<Record<string, string>>): DynamicConfigValue[] {
  const options = Object.fromEntries(
    Object.entries(colours).map(([word, color], index) => [word, { text: word, color, index }]),
  );
  return [
    { id: 'mappings', value: [{ type: MappingType.ValueToText, options }] },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ];
}

export const latestValues = table(
  7,
  'Latest values',
  'Newest value of each metric by observation time.',
  `SELECT metric AS "Metric", value AS "Value", unit AS "Unit", text AS "State", time AS "Observed"
FROM dashboard.latest WHERE device_id = '$device' ORDER BY metric`,
)
  .overrideByName('Value', [{ id: 'custom.align', value: 'right' }])
  .overrideByName('Observed', [{ id: 'unit', value: 'dateTimeFromNow' }])
  .noValue('No readings yet');

export const alerts = table(
  8,
  'Alerts',
  'Alerts of the device that fired, or were still firing, in the time range; the newest 100.',
  `SELECT fired_at AS "Fired", state AS "State", severity AS "Severity", rule_name AS "Rule", metric AS "Metric",
       value AS "Value", summary AS "Summary", resolved_at AS "Resolved", acknowledged_at AS "Acknowledged"
FROM dashboard.alert
WHERE device_id = '$device' AND fired_at <= $__timeTo()::timestamptz
  AND (resolved_at IS NULL OR resolved_at >= $__timeFrom()::timestamptz)
ORDER BY fired_at DESC
LIMIT 100`,
)
  .overrideByName('State', coloured({ firing: 'red', resolved: 'green' }))
  .overrideByName('Severity', coloured({ critical: 'red', warning: 'orange', info: 'blue' }))
  .sortBy([new TableSortByFieldStateBuilder().displayName('Fired').desc(true)])
  .noValue('No alerts in this time range');
