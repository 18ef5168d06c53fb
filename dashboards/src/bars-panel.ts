import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { thresholds } from './fact-panel.js';
import { DATASOURCE, postgresQuery } from './postgres-query.js';

/**
 * A horizontal bar for each row of one query: as long as its only number says, and named by its texts, unless the number's
 * display name is overridden.
 */
export function barsPanel(id: number, title: string, description: string, sql: string): PanelBuilder {
  return (
    new PanelBuilder()
      .id(id)
      .title(title)
      .description(description)
      .datasource(DATASOURCE)
      .withTarget(postgresQuery('A', 'table', sql))
      .height(10)
      .unit('none')
      .reduceOptions(new ReduceDataOptionsBuilder().values(true).calcs(['lastNotNull']).fields(''))
      .orientation(VizOrientation.Horizontal)
      .displayMode(BarGaugeDisplayMode.Basic)
      .valueMode(BarGaugeValueMode.Text)
      .namePlacement(BarGaugeNamePlacement.Left)
      .showUnfilled(true)
      // Below 12, the least size for which the width of a name is measured.
      .text(new VizTextDisplayOptionsBuilder().titleSize(11).valueSize(15))
      .thresholds(thresholds([null, 'blue']))
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue'))
  );
}
