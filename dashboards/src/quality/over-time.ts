import { asBars, countsOverTime } from '../alerts/over-time.js';
import { ratePanel } from '../rate-panel.js';
import { bucketOf, RANGE } from '../time-range.js';
import { CHOSEN_LETTER } from './variables.js';

const QUALITY = `dashboard.reading_quality(${RANGE}, $__interval_ms)`;

/** Which share of readings had something wrong with it. */
export const shares = ratePanel(
  4,
  'Share of readings',
  'Of the readings of all devices in each interval: which share was stored already, came more than a minute late, or from a ' +
    'clock that is 5 s or more ahead.',
  `SELECT time, duplicates / nullif(readings, 0)::double precision AS "Duplicates",
       late / nullif(readings, 0)::double precision AS "Late",
       ahead / nullif(readings, 0)::double precision AS "Clock ahead"
FROM ${QUALITY}
ORDER BY 1`,
  { Duplicates: 'blue', Late: 'orange', 'Clock ahead': 'purple' },
)
  .unit('percentunit')
  .interval('1m')
  .axisSoftMax(0.01)
  .noValue('No readings in this time range');

/** How long readings take from the device to the platform. */
export const delays = ratePanel(
  5,
  'Delay from device to platform',
  'From the observation, by the device’s clock, to the arrival at the bridge, of the readings of all devices in each ' +
    'interval: half of them took less than the median, 95 of 100 less than the other. Below 0 a clock is ahead.',
  `SELECT time, delay_p50_ms AS "Median", delay_p95_ms AS "95 %"
FROM ${QUALITY}
ORDER BY 1`,
  { Median: 'green', '95 %': 'orange' },
)
  .unit('ms')
  .interval('1m')
  .noValue('No readings in this time range');

/** What could not be read, by why. */
export const deadLetters = asBars(
  countsOverTime(
    6,
    'Dead letters over time',
    'Messages in each interval that could not be read, by the reason.',
    {},
    `SELECT ${bucketOf('l.received_at')} AS time, l.reason AS metric, count(*)::double precision AS letters
FROM dashboard.dead_letter l LEFT JOIN dashboard.device d ON d.device_id = l.device_id
WHERE $__timeFilter(l.received_at) AND ${CHOSEN_LETTER}
GROUP BY 1, 2
ORDER BY 1`,
  ),
).noValue('No dead letters in this time range');
