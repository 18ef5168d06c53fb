import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { DATASOURCE, postgresQuery } from './postgres-query.js';

/** A panel that shows one value: the column `field` of the query's only row. */
export function factPanel(
  id: number,
  title: string,
  description: string,
  field: string,
  sql: string,
): PanelBuilder {
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(postgresQuery('A', 'table', sql))
    .height(4)
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(BigValueTextMode.Value)
    .reduceOptions(
      // Named, because of its own accord the panel takes numbers only.
      new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']).fields(`/^${field}$/`),
    )
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholds([null, 'text']));
}

/** Steps in ascending order; the first value is null, for everything below the second. */
export function thresholds(
  ...steps: readonly [value: number | null, color: string][]
): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}

/** A panel that shows each number of the query's only row under the name of its column. */
export function factsPanel(id: number, title: string, description: string, sql: string): PanelBuilder {
  return factPanel(id, title, description, '', sql)
    .textMode(BigValueTextMode.ValueAndName)
    .reduceOptions(new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']).fields(''));
}
