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
import { TO_DEVICE_OF_CURVE } from '../links.js';
import { DATASOURCE, postgresQuery } from '../postgres-query.js';
import { withUnitOfMetric } from './unit.js';
import { CURVES, SPREAD } from './variables.js';

/** The first devices of the ranking, a curve each. */
export const curves = withUnitOfMetric(
  base(2, '$metric by device, the first $top', 'Mean of each interval, of the first devices of the ranking.')
    .withTarget(
      postgresQuery(
        'A',
        'time_series',
        `SELECT time, label AS device, device_id, value
FROM ${CURVES}
ORDER BY 1`,
      ),
    )
    .span(20)
    .height(11)
    .displayName('${__field.labels.device}')
    .overrideByFieldType('number', [{ id: 'links', value: [TO_DEVICE_OF_CURVE] }])
    .legend(legend(['lastNotNull', 'mean'])),
  '/^value/',
);

const HIDDEN_EDGE = [
  { id: 'custom.lineWidth', value: 0 },
  { id: 'custom.hideFrom', value: { legend: true, tooltip: false, viz: false } },
];

const band = (from: string, opacity: number): { id: string; value: unknown }[] => [
  ...HIDDEN_EDGE,
  { id: 'custom.fillBelowTo', value: from },
  { id: 'custom.fillOpacity', value: opacity },
];

/** All chosen devices at once: their median, and how far the others are from it. */
export const spread = withUnitOfMetric(
  base(
    5,
    '$metric, spread over the devices',
    'Of the means of all chosen devices in each interval: the median; between the quarters (25 % to 75 %) the dark band, ' +
      'between the tenths (10 % to 90 %) the lighter one; dashed, the lowest and the highest.',
  )
    .withTarget(
      postgresQuery(
        'A',
        'time_series',
        `SELECT time, lowest AS "Lowest", p10 AS "10 %", p25 AS "25 %", median AS "Median", p75 AS "75 %", p90 AS "90 %",
       highest AS "Highest"
FROM ${SPREAD}
ORDER BY 1`,
      ),
    )
    .maxDataPoints(200)
    .span(8)
    .height(10)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue'))
    .overrideByRegexp('/^(Lowest|Highest)$/', [
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [4, 6] } },
      { id: 'custom.lineWidth', value: 1 },
      { id: 'color', value: { mode: 'fixed', fixedColor: 'text' } },
    ])
    .overrideByName('10 %', HIDDEN_EDGE)
    .overrideByName('25 %', HIDDEN_EDGE)
    .overrideByName('75 %', band('25 %', 35))
    .overrideByName('90 %', band('10 %', 15))
    .overrideByName('Median', [{ id: 'custom.lineWidth', value: 2 }])
    .legend(legend([])),
  '/./',
);

function base(id: number, title: string, description: string): PanelBuilder {
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit('short')
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .lineWidth(1)
    .fillOpacity(0)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .noValue('No readings in this time range');
}

function legend(calcs: string[]): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(calcs);
}
