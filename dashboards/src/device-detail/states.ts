import {
  LegendDisplayMode,
  TimelineValueAlignment,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId, MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { DATASOURCE, postgresQuery } from '../postgres-query.js';
import { RANGE } from '../time-range.js';

/** Words that devices use for a state, in any case; others take a colour of the palette. */
const COLOURS = [
  { words: ['on', 'true', 'online', 'open', 'ready'], color: 'green' },
  { words: ['off', 'false', 'closed'], color: 'dark-blue' },
  { words: ['offline', 'lost', 'alert'], color: 'red' },
];

const MAPPINGS = COLOURS.map(({ words, color }, index) => ({
  type: MappingType.RegexToText as const,
  options: { pattern: `/^(${words.join('|')})$/i`, result: { color, index } },
}));

/** One line for each metric that is reported as words. */
export const states = new PanelBuilder()
  .id(9)
  .title('States')
  .description('What the chosen metrics said in words. A state holds until the device reports another one.')
  .datasource(DATASOURCE)
  .withTarget(
    postgresQuery(
      'A',
      // As a time series, the words would become labels.
      'table',
      `SELECT time, metric, value
FROM dashboard.states('$device', ARRAY[$metric]::text[], ${RANGE})
ORDER BY 1`,
    ),
  )
  .withTransformation({
    id: 'partitionByValues',
    options: { fields: ['metric'], keepFields: false, naming: { asLabels: true } },
  })
  .span(24)
  .height(7)
  .unit('string')
  .displayName('${__field.labels.metric}')
  .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
  .mappings(MAPPINGS)
  .mergeValues(true)
  .showValue(VisibilityMode.Auto)
  .alignValue(TimelineValueAlignment.Left)
  .rowHeight(0.8)
  .fillOpacity(70)
  .lineWidth(0)
  .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.List))
  .noValue('No states in this time range');
