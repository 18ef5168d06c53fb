import { factPanel, factsPanel, thresholds } from '../fact-panel.js';
import { RANGE } from '../time-range.js';
import { CHOSEN } from './variables.js';

const coloured = (from: number, color: string): { id: string; value: unknown }[] => [
  { id: 'thresholds', value: thresholds([null, 'green'], [from, color]).build() },
];

/** How many readings of the time range had something wrong with them. */
export const counts = factsPanel(
  1,
  'Readings of the time range',
  'Of all devices. Duplicates: stored already, so they changed nothing. Late: observed more than a minute before they ' +
    'arrived. Ahead: observed 5 s or more after they arrived, by a clock that is fast. Dead letters: messages that could not ' +
    'be read.',
  `SELECT coalesce(sum(readings), 0)::double precision AS "Readings",
       coalesce(sum(duplicates), 0)::double precision AS "Duplicates",
       coalesce(sum(late), 0)::double precision AS "Late",
       coalesce(sum(ahead), 0)::double precision AS "Clock ahead",
       coalesce(sum(dead_letters), 0)::double precision AS "Dead letters"
FROM dashboard.reading_quality(${RANGE}, $__interval_ms)`,
)
  .span(16)
  .unit('short')
  .overrideByName('Clock ahead', coloured(1, 'orange'))
  .overrideByName('Dead letters', coloured(1, 'red'))
  .noValue('0');

/** How many devices are silent. */
export const silent = factPanel(
  2,
  'Silent devices',
  'Chosen devices that have been silent, now, for more than three times as long as they usually are; an hour where that is ' +
    'not known.',
  'silent',
  `SELECT count(*) FILTER (WHERE s.silent)::int AS silent
FROM dashboard.device_silence s
WHERE ${CHOSEN('s')}`,
)
  .span(4)
  .unit('none')
  .thresholds(thresholds([null, 'green'], [1, 'orange']))
  .noValue('0');

/** How many devices have a clock that is wrong, or send late. */
export const outOfBounds = factPanel(
  3,
  'Late or ahead',
  'Chosen devices some of whose readings in the time range came late, or from a clock that is ahead.',
  'devices',
  `SELECT count(*)::int AS devices
FROM dashboard.device_delays(${RANGE}) d
WHERE ${CHOSEN('d')}`,
)
  .span(4)
  .unit('none')
  .thresholds(thresholds([null, 'green'], [1, 'orange']))
  .noValue('0');
