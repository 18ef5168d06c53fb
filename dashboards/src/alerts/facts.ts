import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { factPanel, thresholds } from '../fact-panel.js';
import { SEVERITIES } from '../severity.js';
import { FROM, TO } from '../time-range.js';
import { CHOSEN } from './variables.js';

const FIRED_IN_RANGE = `a.fired_at BETWEEN ${FROM} AND ${TO}`;

/** How many alerts are open now, for each severity. */
export const openBySeverity: readonly PanelBuilder[] = SEVERITIES.map(({ severity, title, color }, index) =>
  factPanel(
    1 + index,
    title,
    `Alerts of severity ${severity} that are open now, whatever the time range; acknowledged and snoozed ones included.`,
    'open',
    `SELECT count(*)::int AS open
FROM dashboard.alert a
WHERE a.state = 'firing' AND a.severity = '${severity}' AND ${CHOSEN}`,
  )
    .span(3)
    .unit('none')
    .thresholds(thresholds([null, 'green'], [1, color]))
    .noValue('0'),
);

/** How many of the open alerts nobody has taken on. */
export const unattended = factPanel(
  4,
  'Waiting',
  'Open alerts, whatever the time range, that are neither acknowledged nor snoozed.',
  'unattended',
  `SELECT count(*)::int AS unattended
FROM dashboard.alert a
WHERE a.state = 'firing' AND a.acknowledged_at IS NULL AND coalesce(a.snoozed_until <= now(), true)
  AND ${CHOSEN}`,
)
  .span(3)
  .unit('none')
  .thresholds(thresholds([null, 'green'], [1, 'orange'], [10, 'red']))
  .noValue('0');

export const fired = factPanel(
  5,
  'Fired',
  'Alerts that fired in the time range.',
  'fired',
  `SELECT count(*)::int AS fired
FROM dashboard.alert a
WHERE ${FIRED_IN_RANGE} AND ${CHOSEN}`,
)
  .span(3)
  .unit('none')
  .noValue('0');

export const timeToAcknowledge = factPanel(
  6,
  'Reaction',
  'Median time from firing to being acknowledged, of the alerts that fired in the time range and were acknowledged.',
  'seconds',
  `SELECT percentile_cont(0.5) WITHIN GROUP (
         ORDER BY greatest(extract(epoch FROM a.acknowledged_at - a.fired_at), 0)::double precision) AS seconds
FROM dashboard.alert a
WHERE ${FIRED_IN_RANGE} AND a.acknowledged_at IS NOT NULL AND ${CHOSEN}`,
)
  .span(3)
  .unit('s')
  .decimals(1)
  .thresholds(thresholds([null, 'green'], [900, 'orange'], [3600, 'red']))
  .noValue('None acknowledged');

export const duration = factPanel(
  7,
  'Duration',
  'Median time from firing to being resolved, of the alerts that fired in the time range and are resolved.',
  'seconds',
  `SELECT percentile_cont(0.5) WITHIN GROUP (
         ORDER BY extract(epoch FROM a.resolved_at - a.fired_at)::double precision) AS seconds
FROM dashboard.alert a
WHERE ${FIRED_IN_RANGE} AND a.state = 'resolved' AND ${CHOSEN}`,
)
  .span(3)
  .unit('s')
  .decimals(1)
  .noValue('None resolved');
