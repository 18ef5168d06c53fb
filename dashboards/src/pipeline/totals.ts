import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { barsPanel } from '../bars-panel.js';
import { delayCounts } from '../delay-counts.js';
import { tablePanel } from '../table-panel.js';
import { RANGE } from '../time-range.js';

const COUNTS = [
  ['Received', 'received'],
  ['Produced', 'produced'],
  ['Presence', 'presence'],
  ['Records', 'records'],
  ['Readings', 'readings'],
  ['Stored', 'stored'],
  ['Duplicates', 'duplicates'],
  ['Same state', 'coalesced'],
  ['Dead letters', 'dead_lettered'],
  ['Shed', 'shed'],
  ['Refused', 'refused'],
  ['Lost', 'lost'],
] as const;

/** What each stage did. */
export const totals = tablePanel(
  14,
  'Ledger of the time range',
  'What each stage took in within the time range, and what became of it: the bridge in publishes, the services in records ' +
    'of Kafka and in readings. A dash stands for none.',
  `SELECT stage AS "Stage", nullif(topic, '') AS "Topic",
       ${COUNTS.map(([name, column]) => `nullif(${column}, 0)::double precision AS "${name}"`).join(',\n       ')}
FROM dashboard.pipeline_totals(${RANGE})
ORDER BY array_position(ARRAY['bridge', 'aggregator', 'alerter'], stage), topic`,
)
  .span(24)
  .height(8)
  .filterable(false)
  .unit('short')
  .overrideByRegexp('/^(Stage|Topic)$/', [{ id: 'unit', value: 'string' }])
  .overrideByName('Topic', [{ id: 'custom.width', value: 200 }])
  .noValue('Nothing was measured in this time range');

/** How long how many publishes took. */
export const latencies = barsPanel(
  15,
  'Publishes by latency',
  'How many publishes of the time range took so long from the bridge to the commit: up to the time at the bar, and longer ' +
    'than that of the bar above.',
  delayCounts('latency', 'Publishes'),
)
  .span(8)
  .height(9)
  .unit('short')
  .min(0)
  .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('green'))
  .noValue('Nothing was measured in this time range');
