import {
  LegendDisplayMode,
  LegendPlacement,
  TimelineValueAlignment,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId, MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { ratePanel } from '../rate-panel.js';
import { DATASOURCE, postgresQuery } from '../postgres-query.js';
import { RANGE } from '../time-range.js';
import { CHOSEN } from './variables.js';

/** What devices sent, of the whole platform. */
export const messages = ratePanel(
  5,
  'Messages over time',
  'Messages that devices published each second, of all devices: received, and those that could not be read.',
  `SELECT time, sum(received) AS "Received", sum(dead_lettered) AS "Dead letters"
FROM dashboard.pipeline_rates(${RANGE}, $__interval_ms)
WHERE stage = 'bridge'
GROUP BY 1
ORDER BY 1`,
  { Received: 'green', 'Dead letters': 'red' },
)
  .unit('mps')
  .span(12)
  .height(9)
  .noValue('No messages in this time range');

const STATES = [
  { state: 'critical', text: 'Critical', color: 'red' },
  { state: 'offline', text: 'Offline', color: 'purple' },
  { state: 'warning', text: 'Warning', color: 'orange' },
  { state: 'info', text: 'Info', color: 'blue' },
  { state: 'ok', text: 'OK', color: 'green' },
];

/** How the devices with most trouble fared. */
export const worstDevices = new StateTimelineBuilder()
  .id(6)
  .title('Devices with most trouble')
  .description(
    'The ten of the chosen devices that had most alerts open in the time range, the gravest counting most; in each ' +
      'interval the worst that held.',
  )
  .datasource(DATASOURCE)
  .withTarget(
    postgresQuery(
      'A',
      // As a time series, the words would become labels.
      'table',
      `SELECT time, label AS device, state
FROM dashboard.device_states(${CHOSEN}, ${RANGE}, $__interval_ms, 10)
ORDER BY 1`,
    ),
  )
  .withTransformation({
    id: 'partitionByValues',
    options: { fields: ['device'], keepFields: false, naming: { asLabels: true } },
  })
  .maxDataPoints(200)
  .span(12)
  .height(9)
  .unit('string')
  .displayName('${__field.labels.device}')
  .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
  .mappings([
    {
      type: MappingType.ValueToText,
      options: Object.fromEntries(
        STATES.map(({ state, text, color }, index) => [state, { text, color, index }]),
      ),
    },
  ])
  .mergeValues(true)
  .showValue(VisibilityMode.Never)
  .alignValue(TimelineValueAlignment.Left)
  .rowHeight(0.8)
  .fillOpacity(80)
  .lineWidth(0)
  .legend(
    new VizLegendOptionsBuilder()
      .showLegend(true)
      .displayMode(LegendDisplayMode.List)
      .placement(LegendPlacement.Bottom),
  )
  .noValue('No devices');
