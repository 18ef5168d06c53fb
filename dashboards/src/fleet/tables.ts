import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { barsPanel } from '../bars-panel.js';
import { chosen } from '../filters.js';
import { TO_DEVICE, TO_RULE_ALERTS, TO_SITE } from '../links.js';
import { SEVERITIES, SEVERITY_COLOURS } from '../severity.js';
import { coloured, tablePanel } from '../table-panel.js';
import { CHOSEN, FLEET } from './variables.js';

/** How many alerts of which severity, in words. */
const ALERTS = `nullif(concat_ws(', ', nullif(critical, 0) || ' critical', nullif(warning, 0) || ' warning',
                        nullif(info, 0) || ' info'), '')`;

/** Takes the colour of the gravest severity that the words name. */
const BY_GRAVEST = SEVERITIES.map(({ severity, color }, index) => ({
  type: MappingType.RegexToText,
  options: { pattern: `/${severity}/`, result: { color, index } },
}));

/** The devices, those in trouble first. */
export const fleet = tablePanel(
  7,
  'Fleet',
  'The chosen devices: those with open alerts first, then offline, then silent, then the others by name; at most 200. ' +
    'Each with what up to three of its metrics said last.',
  `SELECT name AS "Device", site AS "Site", status AS "Status", ${ALERTS} AS "Open alerts", last_seen AS "Last seen",
       latest AS "Latest values", device_id AS "Device ID"
FROM dashboard.fleet_by_trouble(${CHOSEN}, '$silence'::interval, 200)`,
)
  .span(24)
  .height(14)
  .overrideByName('Device', [
    { id: 'links', value: [TO_DEVICE] },
    { id: 'custom.width', value: 260 },
  ])
  .overrideByName('Site', [{ id: 'custom.width', value: 140 }])
  .overrideByName('Status', [
    ...coloured({ online: 'green', silent: 'orange', offline: 'red' }),
    { id: 'custom.width', value: 110 },
  ])
  .overrideByName('Open alerts', [
    { id: 'mappings', value: BY_GRAVEST },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
    { id: 'custom.width', value: 170 },
  ])
  .overrideByName('Last seen', [
    { id: 'unit', value: 'dateTimeFromNow' },
    { id: 'custom.width', value: 160 },
  ])
  .overrideByName('Device ID', [{ id: 'custom.hideFrom.viz', value: true }])
  .noValue('No devices yet');

/** Where the devices are. */
export const sites = barsPanel(
  8,
  'Devices by site',
  'How many of the chosen devices are at each site: the label “site” of a device. The 20 largest sites.',
  `SELECT site AS "Site", count(*)::int AS "Devices"
FROM ${FLEET}
GROUP BY 1
ORDER BY 2 DESC, 1
LIMIT 20`,
)
  .span(8)
  .min(0)
  .overrideByName('Devices', [{ id: 'links', value: [TO_SITE] }])
  .noValue('No devices yet');

/** What went wrong lately. */
export const newestAlerts = tablePanel(
  9,
  'Newest alerts',
  'The 50 alerts of the chosen devices that fired last, whatever the time range.',
  `SELECT a.severity AS "Severity", a.fired_at AS "Fired", a.state AS "State", coalesce(d.name, a.device_id) AS "Device",
       a.rule_name AS "Rule", a.device_id AS "Device ID", a.rule_id AS "Rule ID"
FROM dashboard.alert a LEFT JOIN dashboard.device d ON d.device_id = a.device_id
WHERE ${chosen("coalesce(d.site, 'no site')", 'site')} AND ${chosen('a.device_id', 'device')}
ORDER BY a.fired_at DESC
LIMIT 50`,
)
  .span(16)
  .height(10)
  .filterable(false)
  .overrideByName('Severity', [...coloured(SEVERITY_COLOURS), { id: 'custom.width', value: 90 }])
  .overrideByName('Fired', [
    { id: 'unit', value: 'dateTimeFromNow' },
    { id: 'custom.width', value: 160 },
  ])
  .overrideByName('State', [
    ...coloured({ firing: 'red', resolved: 'green' }),
    { id: 'custom.width', value: 90 },
  ])
  .overrideByName('Device', [{ id: 'links', value: [TO_DEVICE] }])
  .overrideByName('Rule', [{ id: 'links', value: [TO_RULE_ALERTS] }])
  .overrideByRegexp('/ ID$/', [{ id: 'custom.hideFrom.viz', value: true }])
  .noValue('No alert has ever fired');
