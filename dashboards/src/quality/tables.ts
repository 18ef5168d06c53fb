import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { TO_DEVICE } from '../links.js';
import { coloured, tablePanel } from '../table-panel.js';
import { RANGE } from '../time-range.js';
import { CHOSEN, CHOSEN_LETTER } from './variables.js';

/** A table with a column `Device`, which leads to the device, and a column `Device ID`, which is not shown. */
function ofDevices(panel: PanelBuilder): PanelBuilder {
  return panel
    .overrideByName('Device', [
      { id: 'links', value: [TO_DEVICE] },
      { id: 'custom.width', value: 220 },
    ])
    .overrideByName('Device ID', [{ id: 'custom.hideFrom.viz', value: true }]);
}

/** Who sends what cannot be read, and why it cannot. */
export const deadLetterSources = ofDevices(
  tablePanel(
    7,
    'Dead letters by device',
    'Messages of the time range that could not be read, by device, or MQTT client where the device is not known, and reason; ' +
      'at most 200. The page Pipeline of the console shows their bytes, and replays them.',
    `SELECT coalesce(d.name, l.device_id, l.client_id, 'unknown') AS "Device", l.reason AS "Reason", count(*)::int AS "Dead letters",
       max(l.detail) AS "For example", max(l.received_at) AS "Newest", count(l.replayed_at)::int AS "Replayed",
       max(l.device_id) AS "Device ID"
FROM dashboard.dead_letter l LEFT JOIN dashboard.device d ON d.device_id = l.device_id
WHERE $__timeFilter(l.received_at) AND ${CHOSEN_LETTER}
GROUP BY 1, 2
ORDER BY 3 DESC, 5 DESC
LIMIT 200`,
  ),
)
  .height(8)
  .overrideByName('Newest', [{ id: 'unit', value: 'dateTimeFromNow' }])
  .sortBy([new TableSortByFieldStateBuilder().displayName('Dead letters').desc(true)])
  .noValue('No dead letters in this time range');

/** Devices whose clock is wrong, or that send late. */
export const clocks = ofDevices(
  tablePanel(
    8,
    'Late data and clocks',
    'Chosen devices some of whose readings in the time range came more than a minute late, or from a clock that is 5 s or ' +
      'more ahead. The least delay tells what the clock is off by: below 0, ahead; far above 0 in all readings, behind. At most 500.',
    `SELECT name AS "Device", site AS "Site", late AS "Late", ahead AS "Ahead", least_delay_ms AS "Least delay",
       most_delay_ms AS "Greatest delay", last_at AS "Last", device_id AS "Device ID"
FROM dashboard.device_delays(${RANGE}) d
WHERE ${CHOSEN('d')}
ORDER BY late + ahead DESC
LIMIT 500`,
  ),
)
  .overrideByRegexp('/ delay$/', [{ id: 'unit', value: 'ms' }])
  .overrideByName('Last', [{ id: 'unit', value: 'dateTimeFromNow' }])
  .noValue('All readings came in time');

/** Devices that say nothing. */
export const silence = ofDevices(
  tablePanel(
    9,
    'Silent devices',
    'Chosen devices that have been silent, now, for more than three times as long as they usually are between two readings; ' +
      'an hour where that is not known. The longest silent first, at most 500.',
    `SELECT name AS "Device", site AS "Site", coalesce(presence, 'unknown') AS "Presence", last_seen AS "Last seen",
       silent_s AS "Silent for", typical_interval_s AS "Usual interval", device_id AS "Device ID"
FROM dashboard.device_silence s
WHERE s.silent AND ${CHOSEN('s')}
ORDER BY silent_s DESC NULLS LAST
LIMIT 500`,
  ),
)
  .overrideByName(
    'Presence',
    coloured({ online: 'green', sleeping: 'blue', offline: 'red', unknown: 'text' }),
  )
  .overrideByName('Last seen', [{ id: 'unit', value: 'dateTimeFromNow' }])
  .overrideByRegexp('/^(Silent for|Usual interval)$/', [{ id: 'unit', value: 's' }])
  .overrideByName('Usual interval', [{ id: 'noValue', value: 'Not known' }])
  .noValue('No device is silent');

/** Metrics that change between numbers and texts. */
export const typeDrift = ofDevices(
  tablePanel(
    11,
    'Numbers and texts',
    'Metrics of chosen devices that came as numbers and as texts. Both are kept; a chart shows the numbers alone. Those that ' +
      'began with it last first, at most 500.',
    `SELECT name AS "Device", site AS "Site", metric AS "Metric", drifted_at AS "Since", device_id AS "Device ID"
FROM dashboard.type_drift t
WHERE ${CHOSEN('t')}
ORDER BY drifted_at DESC
LIMIT 500`,
  ),
)
  .overrideByName('Since', [{ id: 'unit', value: 'dateTimeAsIso' }])
  .noValue('Every metric keeps to one type');
