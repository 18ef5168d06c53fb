import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { factPanel, thresholds } from '../fact-panel.js';

export const presence = factPanel(
  1,
  'Presence',
  'Whether the device is there: judged from its connection, what it says, and how often it reports.',
  'presence',
  `SELECT coalesce(presence, 'unknown') AS presence FROM dashboard.device WHERE device_id = '$device'`,
)
  .span(4)
  .unit('string')
  .mappings([
    {
      type: MappingType.ValueToText,
      options: {
        online: { text: 'Online', color: 'green', index: 0 },
        offline: { text: 'Offline', color: 'red', index: 1 },
        sleeping: { text: 'Sleeping', color: 'blue', index: 2 },
        unknown: { text: 'Not known', color: 'text', index: 3 },
      },
    },
  ])
  .noValue('No such device');

export const lastReading = factPanel(
  2,
  'Last reading',
  'Observation time of the newest value of any metric.',
  'last_reading',
  `SELECT (extract(epoch FROM max(time)) * 1000)::double precision AS last_reading
FROM dashboard.latest WHERE device_id = '$device'`,
)
  .span(5)
  .unit('dateTimeFromNow')
  .noValue('No readings yet');

export const firstSeen = factPanel(
  3,
  'First seen',
  'Observation time of the first reading, or time of the first event.',
  'first_seen',
  `SELECT (extract(epoch FROM first_seen) * 1000)::double precision AS first_seen
FROM dashboard.device WHERE device_id = '$device'`,
)
  .span(5)
  .unit('dateTimeAsIso')
  .noValue('No such device');

export const metricCount = factPanel(
  4,
  'Metrics',
  'How many metrics the device has ever reported.',
  'metrics',
  `SELECT count(*)::int AS metrics FROM dashboard.series WHERE device_id = '$device'`,
)
  .span(5)
  .unit('none')
  .noValue('0');

export const firingAlerts = factPanel(
  5,
  'Firing alerts',
  'Alerts of the device that are firing now, whatever the time range.',
  'firing',
  `SELECT count(*)::int AS firing FROM dashboard.alert WHERE device_id = '$device' AND state = 'firing'`,
)
  .span(5)
  .unit('none')
  .thresholds(thresholds([null, 'green'], [1, 'red']))
  .noValue('0');
