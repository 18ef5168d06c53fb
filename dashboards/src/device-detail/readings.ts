import {
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE, postgresQuery } from '../postgres-query.js';
import { RANGE } from '../time-range.js';
import { GRAFANA_UNITS, grafanaUnitSql } from '../units.js';

const READINGS = `
SELECT r.time, r.metric || coalesce(' [' || s.unit || ']', '') AS metric, r.value
FROM dashboard.readings('$device', ARRAY[$metric]::text[], ${RANGE}, $__interval_ms) r
JOIN dashboard.series s ON s.device_id = '$device' AND s.metric = r.metric
ORDER BY 1`.trim();

/** All chosen metrics in one panel; the unit ends a series' name, gives it its format and so an axis of its own. */
export function readings(): PanelBuilder {
  const panel = base(
    6,
    'Readings',
    'Mean of each metric in each interval. Metrics of one unit share an axis.',
  )
    .withTarget(postgresQuery('A', 'time_series', READINGS))
    .span(24)
    .height(12)
    .unit('short')
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'min', 'mean', 'max']),
    );
  for (const [spellings, unit] of GRAFANA_UNITS) {
    const either = spellings.map((spelling) => spelling.replaceAll(/[[\]/.*+?^$(){}|\\]/g, '\\$&')).join('|');
    panel.overrideByRegexp(`/ \\[(${either})\\]$/`, [{ id: 'unit', value: unit }]);
  }
  return panel;
}

// In a repeated panel the variable has a single value, which Grafana quotes in some versions and not in others unless
// told how; told so, it puts a backslash before a double quote, which PostgreSQL would take for a part of the name.
const THIS_METRIC = `replace(\${metric:sqlstring}, '\\"', '"')`;

/** Repeated for each chosen metric: mean and range on a scale of their own. */
export function eachMetric(): PanelBuilder {
  const edge = [
    { id: 'custom.lineWidth', value: 0 },
    { id: 'custom.hideFrom', value: { legend: true, tooltip: false, viz: false } },
  ];
  return base(
    11,
    '$metric',
    'Mean of the metric in each interval, and between its least and greatest value the band.',
  )
    .withTarget(
      postgresQuery(
        'A',
        'time_series',
        `SELECT time, value AS mean, min AS lowest, max AS highest
FROM dashboard.readings('$device', ARRAY[${THIS_METRIC}], ${RANGE}, $__interval_ms)
ORDER BY 1`,
      ),
    )
    .withTarget(
      postgresQuery(
        'B',
        'table',
        `SELECT ${grafanaUnitSql('unit')} AS unit
FROM dashboard.series WHERE device_id = '$device' AND metric = ${THIS_METRIC} AND unit IS NOT NULL`,
      ),
    )
    .withTransformation({
      id: 'configFromData',
      options: {
        configRefId: 'B',
        mappings: [{ fieldName: 'unit', handlerKey: 'unit' }],
        applyTo: { id: 'byType', options: 'number' },
      },
    })
    .span(12)
    .height(8)
    .repeat('metric')
    .repeatDirection('h')
    .maxPerRow(2)
    .unit('short')
    .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.List))
    .overrideByName('lowest', edge)
    .overrideByName('highest', [
      ...edge,
      { id: 'custom.fillBelowTo', value: 'lowest' },
      { id: 'custom.fillOpacity', value: 15 },
    ]);
}

function base(id: number, title: string, description: string): PanelBuilder {
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .lineWidth(1)
    .fillOpacity(0)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Auto)
    .pointSize(4)
    .spanNulls(false)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None))
    .noValue('No readings in this time range');
}
