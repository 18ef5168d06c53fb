import { factPanel, thresholds } from '../fact-panel.js';
import { statPanel } from '../stat-panel.js';
import { RANGE } from '../time-range.js';
import { RATES } from './rates.js';

export const received = statPanel(
  1,
  'Received',
  'Publishes that the bridges receive each second.',
  `SELECT time, sum(received) AS "Received"
FROM ${RATES}
WHERE stage = 'bridge'
GROUP BY 1
ORDER BY 1`,
)
  .span(4)
  .unit('mps')
  .noValue('Not measured');

export const stored = statPanel(
  2,
  'Stored',
  'Readings that the aggregators store each second.',
  `SELECT time, sum(stored) AS "Stored"
FROM ${RATES}
WHERE stage = 'aggregator'
GROUP BY 1
ORDER BY 1`,
)
  .span(4)
  .unit('cps')
  .noValue('Not measured');

export const lagNow = factPanel(
  3,
  'Lag',
  'Records in Kafka that services have still to read, the greatest of any service and topic, now.',
  'lag',
  `SELECT max(lag)::double precision AS lag
FROM dashboard.pipeline_now`,
)
  .span(4)
  .unit('short')
  .decimals(0)
  .thresholds(thresholds([null, 'green'], [1000, 'orange'], [100_000, 'red']))
  .noValue('Not measured');

export const latencyNow = statPanel(
  4,
  'Latency, 95 %',
  'Within this time 95 of 100 publishes are committed, from the moment the bridge received them.',
  `SELECT time, p95_ms AS "95 %"
FROM dashboard.pipeline_latency(${RANGE}, $__interval_ms)
ORDER BY 1`,
)
  .span(4)
  .unit('ms')
  .noValue('Not measured');

export const inFlightNow = factPanel(
  5,
  'In flight',
  'Publishes that the bridges have received and not yet settled, now.',
  'in_flight',
  `SELECT sum(in_flight)::double precision AS in_flight
FROM dashboard.pipeline_now
WHERE stage = 'bridge'`,
)
  .span(4)
  .unit('short')
  .decimals(0)
  .thresholds(thresholds([null, 'green'], [5000, 'orange']))
  .noValue('Not measured');

export const unaccounted = factPanel(
  6,
  'Unaccounted for',
  'What went into all stages and is neither passed on, nor a duplicate or dead letter, nor in flight, now. 0: nothing vanished.',
  'unaccounted',
  `SELECT sum(abs(unaccounted))::double precision AS unaccounted
FROM dashboard.pipeline_now`,
)
  .span(4)
  .unit('short')
  .decimals(0)
  .thresholds(thresholds([null, 'green'], [1, 'red']))
  .noValue('Not measured');
