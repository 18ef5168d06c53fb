import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { ratePanel } from '../rate-panel.js';
import { RANGE } from '../time-range.js';

/** Rates of every stage in every interval. */
export const RATES = `dashboard.pipeline_rates(${RANGE}, $__interval_ms)`;

function ofStage(stage: string, columns: Readonly<Record<string, string>>): string {
  const sums = Object.entries(columns).map(([name, sum]) => `sum(${sum}) AS "${name}"`);
  return `SELECT time, ${sums.join(', ')}
FROM ${RATES}
WHERE stage = '${stage}'
GROUP BY 1
ORDER BY 1`;
}

/** What the bridge makes of publishes. */
export const bridge = ratePanel(
  7,
  'Bridge',
  'Publishes each second: received from devices; written to Kafka as readings or as presence; refused bytes kept as dead ' +
    'letters; shed under overload (QoS 0 alone); refused to a device.',
  ofStage('bridge', {
    Received: 'received',
    Readings: 'produced',
    Presence: 'presence',
    'Dead letters': 'dead_lettered',
    Shed: 'shed',
    Refused: 'refused',
  }),
  {
    Received: 'blue',
    Readings: 'green',
    Presence: 'purple',
    'Dead letters': 'red',
    Shed: 'orange',
    Refused: 'yellow',
  },
)
  .unit('mps')
  .noValue('Nothing was measured in this time range');

/** What the aggregator makes of readings. */
export const aggregator = ratePanel(
  8,
  'Aggregator',
  'Readings each second: read from Kafka, stored, found to be stored already, and folded into the state that held already.',
  ofStage('aggregator', {
    Readings: 'readings',
    Stored: 'stored',
    Duplicates: 'duplicates',
    'Same state': 'coalesced',
  }),
  { Readings: 'blue', Stored: 'green', Duplicates: 'orange', 'Same state': 'purple' },
).noValue('Nothing was measured in this time range');

/** What the alerter makes of readings. */
export const alerter = ratePanel(
  9,
  'Alerter',
  'Readings each second that alert rules saw: evaluated, and those that came too late to be.',
  ofStage('alerter', { Evaluated: 'stored', 'Too late': 'duplicates' }),
  { Evaluated: 'green', 'Too late': 'orange' },
).noValue('Nothing was measured in this time range');

/** A gauge of each consumer and topic, or of each stage. */
function gauges(panel: PanelBuilder): PanelBuilder {
  return panel.unit('short').decimals(0).noValue('Nothing was measured in this time range');
}

/** How far the consumers are behind. */
export const lag = gauges(
  ratePanel(
    10,
    'Consumer lag',
    'Records in Kafka that each service has still to read, at most in each interval. It is 0 or a few where a service keeps up.',
    `SELECT time, stage || ', ' || topic AS metric, lag::double precision AS lag
FROM ${RATES}
WHERE lag IS NOT NULL
ORDER BY 1`,
  ),
);

/** Publishes that are on their way between a device and Kafka. */
export const inFlight = gauges(
  ratePanel(
    12,
    'In flight',
    'Publishes that the bridges have received and not yet settled, at most in each interval: what devices wait for an ack of.',
    `SELECT time, sum(in_flight)::double precision AS "In flight"
FROM ${RATES}
WHERE stage = 'bridge'
GROUP BY 1
ORDER BY 1`,
    { 'In flight': 'blue' },
  ),
);

/** Whether anything vanished. */
export const balance = gauges(
  ratePanel(
    13,
    'Ledger balance',
    'What went into each stage and is not accounted for: neither passed on, nor kept as a duplicate or dead letter, nor in ' +
      'flight. Anything but 0 that stays is lost.',
    `SELECT time, stage AS metric, max(unaccounted)::double precision AS unaccounted
FROM ${RATES}
GROUP BY 1, 2
ORDER BY 1`,
  ).axisSoftMax(5),
);

/** How long readings take. */
export const latency = ratePanel(
  11,
  'Latency',
  'From the moment the bridge received a publish to the commit of its rows: half of the publishes were faster than the ' +
    'median, 95 and 99 of 100 faster than the other two.',
  `SELECT time, p50_ms AS "Median", p95_ms AS "95 %", p99_ms AS "99 %"
FROM dashboard.pipeline_latency(${RANGE}, $__interval_ms)
ORDER BY 1`,
  { Median: 'green', '95 %': 'yellow', '99 %': 'orange' },
)
  .unit('ms')
  .noValue('Nothing was measured in this time range');
