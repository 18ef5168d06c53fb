import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { barsPanel } from '../bars-panel.js';
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

/** The bound of a histogram's bucket, in words. */
export function boundInWords(column: string): string {
  return `CASE WHEN ${column} = 'Infinity' THEN 'more'
            WHEN abs(${column}) >= 3600000 THEN ${column} / 3600000 || ' h'
            WHEN abs(${column}) >= 60000 THEN ${column} / 60000 || ' min'
            WHEN abs(${column}) >= 1000 THEN ${column} / 1000 || ' s'
            ELSE ${column} || ' ms' END`;
}

/** How long how many publishes took. */
export const latencies = barsPanel(
  15,
  'Publishes by latency',
  'How many publishes of the time range took so long from the bridge to the commit: up to the time at the bar, and longer ' +
    'than that of the bar above.',
  `SELECT ${boundInWords('up_to_ms')} AS "Up to", sum(count)::double precision AS "Publishes"
FROM dashboard.delay_histogram('latency', ${RANGE}, $__interval_ms)
GROUP BY up_to_ms
ORDER BY up_to_ms`,
)
  .span(8)
  .height(9)
  .unit('short')
  .min(0)
  .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('green'))
  .noValue('Nothing was measured in this time range');
