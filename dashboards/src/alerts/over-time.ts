import {
  GraphDrawStyle,
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { thresholds } from '../fact-panel.js';
import { DATASOURCE, postgresQuery } from '../postgres-query.js';
import { SEVERITY_ARRAY, SEVERITY_COLOURS } from '../severity.js';
import { bucketOf, FROM, INTERVAL, OPEN_IN_RANGE, TO } from '../time-range.js';
import { CHOSEN } from './variables.js';

/** Counts that are stacked, one colour a series. The query's text column `metric` names the series. */
export function countsOverTime(
  id: number,
  title: string,
  description: string,
  colours: Readonly<Record<string, string>>,
  sql: string,
): PanelBuilder {
  const panel = new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(postgresQuery('A', 'time_series', sql))
    // Bars of a width that can be seen and pointed at.
    .maxDataPoints(100)
    .interval('1m')
    .span(12)
    .height(8)
    .unit('none')
    .decimals(0)
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .thresholds(thresholds([null, 'green']))
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    );
  for (const [name, color] of Object.entries(colours)) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }]);
  }
  return panel;
}

/** Draws a panel's counts as bars, each the number of what happened in its interval. */
export function asBars(panel: PanelBuilder): PanelBuilder {
  return panel.drawStyle(GraphDrawStyle.Bars).lineWidth(0).fillOpacity(80);
}

/** How many alerts fired in each interval, by the severity with which they did. */
export const firedOverTime = asBars(
  countsOverTime(
    8,
    'Fired over time',
    'Alerts that fired in each interval, by the severity with which they fired.',
    SEVERITY_COLOURS,
    `SELECT ${bucketOf('e.time')} AS time, coalesce(e.severity, a.severity) AS metric,
       count(*)::double precision AS alerts
FROM dashboard.alert a
JOIN dashboard.alert_event e ON e.alert_id = a.alert_id AND e.transition = 'firing'
WHERE a.fired_at BETWEEN ${FROM} AND ${TO} AND ${CHOSEN}
GROUP BY 1, 2
ORDER BY 1`,
  ),
).noValue('No alert fired in this time range');

// An alert has its severity from each event to the next. Each such stretch adds one where it begins and takes one away
// where it ends, so that the sum up to an interval is what was open at its end.
const OPEN = `
WITH stretch AS (
  SELECT e.transition, coalesce(e.severity, a.severity) AS severity, e.time AS begins,
         lead(e.time) OVER (PARTITION BY e.alert_id ORDER BY e.sequence) AS ends
  FROM dashboard.alert a
  JOIN dashboard.alert_event e ON e.alert_id = a.alert_id AND e.transition IN ('firing', 'severity', 'resolved')
  WHERE ${OPEN_IN_RANGE} AND ${CHOSEN}
), step AS (
  SELECT severity, greatest(begins, ${FROM}) AS at, 1 AS change FROM stretch WHERE transition <> 'resolved'
  UNION ALL
  SELECT severity, greatest(ends, ${FROM}), -1 FROM stretch WHERE transition <> 'resolved' AND ends IS NOT NULL
), delta AS (
  SELECT ${bucketOf('at')} AS time, severity, sum(change) AS change
  FROM step WHERE at <= ${TO} GROUP BY 1, 2
), grid AS (
  SELECT generate_series(${bucketOf(FROM)}, ${TO}, ${INTERVAL}) AS time
)
SELECT g.time, s.severity AS metric,
       sum(coalesce(d.change, 0)) OVER (PARTITION BY s.severity ORDER BY g.time)::double precision AS alerts
FROM grid g
CROSS JOIN unnest(${SEVERITY_ARRAY}) AS s (severity)
LEFT JOIN delta d ON d.time = g.time AND d.severity = s.severity
ORDER BY 1`.trim();

/** How many alerts were open, by the severity that they had then. */
export const openOverTime = countsOverTime(
  9,
  'Open over time',
  'Alerts that were open at the end of each interval, by the severity that they had then.',
  SEVERITY_COLOURS,
  OPEN,
)
  .drawStyle(GraphDrawStyle.Line)
  .lineInterpolation(LineInterpolation.StepAfter)
  .lineWidth(1)
  .fillOpacity(40)
  .noValue('No alert was open in this time range');
