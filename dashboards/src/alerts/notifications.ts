import { factPanel, thresholds } from '../fact-panel.js';
import { coloured, tablePanel } from '../table-panel.js';
import { bucketOf, FROM, TO } from '../time-range.js';
import { asBars, countsOverTime } from './over-time.js';
import { CHOSEN } from './variables.js';

const RESULT_COLOURS = { delivered: 'green', pending: 'yellow', failed: 'red' };

const RESULT = `CASE WHEN n.delivered_at IS NOT NULL THEN 'delivered' WHEN n.failed_at IS NOT NULL THEN 'failed'
            ELSE 'pending' END`;

const NOTIFICATIONS = `dashboard.notification n
JOIN dashboard.alert_event e ON e.sequence = n.sequence
JOIN dashboard.alert a ON a.alert_id = e.alert_id
WHERE n.created_at BETWEEN ${FROM} AND ${TO} AND ${CHOSEN}`;

/** How many notifications nobody got. */
export const failed = factPanel(
  16,
  'Unsent',
  'Notifications of the time range that were given up after their deadline: nobody got them.',
  'failed',
  `SELECT count(*) FILTER (WHERE n.delivered_at IS NULL AND n.failed_at IS NOT NULL)::int AS failed
FROM ${NOTIFICATIONS}`,
)
  .span(3)
  .unit('none')
  .thresholds(thresholds([null, 'green'], [1, 'red']))
  .noValue('0');

const DELAY = 'extract(epoch FROM n.delivered_at - n.created_at)::double precision';

/** What became of the notifications to each channel. */
export const byChannel = tablePanel(
  18,
  'Notifications by channel',
  'Notifications of the time range: what became of them, and how long it took, the wait for others to send along ' +
    'included. "stream" is MQTT and the live changes of the API.',
  `SELECT CASE WHEN n.channel = 'stream' THEN 'stream' ELSE n.channel_id END AS "Channel",
       CASE WHEN bool_or(n.failed_at IS NOT NULL AND n.delivered_at IS NULL) THEN 'failing'
            WHEN bool_or(n.delivered_at IS NULL AND n.attempts > 0) THEN 'retrying' ELSE 'good' END AS "Health",
       count(n.delivered_at)::int AS "Delivered",
       count(*) FILTER (WHERE n.delivered_at IS NULL AND n.failed_at IS NOT NULL)::int AS "Failed",
       count(*) FILTER (WHERE n.delivered_at IS NULL AND n.failed_at IS NULL)::int AS "Pending",
       count(*) FILTER (WHERE n.attempts > 1)::int AS "Retried",
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ${DELAY}) AS "Delay",
       percentile_cont(0.95) WITHIN GROUP (ORDER BY ${DELAY}) AS "Delay, 95 %",
       min(n.created_at) FILTER (WHERE n.delivered_at IS NULL AND n.failed_at IS NULL) AS "Pending since"
FROM ${NOTIFICATIONS}
GROUP BY 1
ORDER BY 1`,
)
  .span(14)
  .height(8)
  .overrideByName('Health', coloured({ good: 'green', retrying: 'orange', failing: 'red' }))
  .overrideByRegexp('/^Delay/', [{ id: 'unit', value: 's' }])
  .overrideByName('Failed', [
    { id: 'thresholds', value: thresholds([null, 'text'], [1, 'red']).build() },
    { id: 'color', value: { mode: 'thresholds' } },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ])
  .overrideByName('Pending since', [{ id: 'unit', value: 'dateTimeFromNow' }])
  .noValue('No notifications in this time range');

/** When they were made, and what became of them. */
export const overTime = asBars(
  countsOverTime(
    19,
    'Notifications over time',
    'Notifications that were made in each interval, by what became of them.',
    RESULT_COLOURS,
    `SELECT ${bucketOf('n.created_at')} AS time,
       ${RESULT} AS metric,
       count(*)::double precision AS notifications
FROM ${NOTIFICATIONS}
GROUP BY 1, 2
ORDER BY 1`,
  ),
)
  .span(10)
  .noValue('No notifications in this time range');
