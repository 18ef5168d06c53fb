import { deviceList, searched } from '../device-list.js';
import { ALL, chosen, chosenValues, filter } from '../filters.js';
import { SEVERITY_ARRAY } from '../severity.js';

const RULES = `
SELECT rule_id AS __value, name AS __text
FROM dashboard.alert_rule
WHERE ${searched('name', 'rule_id')}
ORDER BY 2
LIMIT 1000`.trim();

const SEVERITIES = `SELECT unnest(${SEVERITY_ARRAY})`;

/** Any rules. Those that are deleted are among `All` only. */
export const rule = filter('rule', RULES)
  .label('Rule')
  .description('Rules to show the alerts of. With more than 1,000 rules, type a part of a name or ID.');

/** Any devices. */
export const device = filter('device', deviceList(chosen('site', 'site')))
  .label('Device')
  .description('Devices to show the alerts of. With more than 1,000 devices, type a part of a name or ID.');

/** Any severities; of an alert it is the one that it has now, or had last. */
export const severity = filter('severity', SEVERITIES)
  .label('Severity')
  .description(
    'Severities to show. A severity is the one that an alert has now, or had when it was resolved.',
  );

/** SQL condition: the alert `a` is of a chosen rule, site, device and severity. */
export const CHOSEN = [
  chosen('a.rule_id', 'rule'),
  chosen('a.device_id', 'device'),
  chosen('a.severity', 'severity'),
  // Devices that are deleted since are of no site.
  `('${ALL}' = ANY (${chosenValues('site')}) OR a.device_id IN (
    SELECT s.device_id FROM dashboard.device s WHERE s.site = ANY (${chosenValues('site')})))`,
].join(' AND ');
