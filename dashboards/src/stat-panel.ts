import { BigValueGraphMode, ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { thresholds } from './fact-panel.js';
import { DATASOURCE, postgresQuery } from './postgres-query.js';

/** A panel that shows the newest value of a time series, and behind it its course. */
export function statPanel(id: number, title: string, description: string, sql: string): PanelBuilder {
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(postgresQuery('A', 'time_series', sql))
    .maxDataPoints(100)
    .interval('10s')
    .height(4)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']).fields(''))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue'))
    .thresholds(thresholds([null, 'text']));
}
