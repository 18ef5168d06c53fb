import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type DashboardLink,
} from '@grafana/grafana-foundation-sdk/dashboard';

// The explicit format, because Grafana by itself leaves `&` and `#` in a name as they are.
const column = (name: string): string => `\${__data.fields["${name}"]:percentencode}`;

/** Link of a table's cell to the device of its row, over the same time range. The table has a column `Device ID`. */
export const TO_DEVICE = {
  title: 'Show this device',
  url: `/d/fieldstream-device?var-device=${column('Device ID')}&\${__url_time_range}`,
} as const;

/** Link of a curve to its device, over the same time range. The query has a text column `device_id`. */
export const TO_DEVICE_OF_CURVE = {
  title: 'Show this device',
  url: '/d/fieldstream-device?var-device=${__field.labels.device_id:percentencode}&${__url_time_range}',
} as const;

/** Link of a table's cell to the alerts of its row's rule. The table has a column `Rule ID`. */
export const TO_RULE_ALERTS = {
  title: 'Show the alerts of this rule',
  url: `/d/fieldstream-alerts?var-rule=${column('Rule ID')}&\${__url_time_range}`,
} as const;

/** Link of a cell or bar to the overview of the site of its row. The query has a column `Site`. */
export const TO_SITE = {
  title: 'Show this site',
  url: `/d/fieldstream-fleet?var-site=${column('Site')}&\${__url_time_range}`,
} as const;

/** Link of a value to the alerts of one severity. */
export function toAlertsOf(severity: string): { readonly title: string; readonly url: string } {
  return {
    title: `Show the ${severity} alerts`,
    url: `/d/fieldstream-alerts?var-severity=${severity}&\${__url_time_range}`,
  };
}

/** Link of a dashboard with the variable `device` to the alerts of that device. */
export function toDeviceAlerts(): Builder<DashboardLink> {
  return link('Alerts of this device', '/d/fieldstream-alerts?var-device=${device:percentencode}');
}

/** Menu of a dashboard with all dashboards of Fieldstream, which keep the time range. */
export function toAllDashboards(): Builder<DashboardLink> {
  const builder = new DashboardLinkBuilder('Dashboards')
    .type(DashboardLinkType.Dashboards)
    .tags(['fieldstream'])
    .asDropdown(true)
    .icon('external link')
    .keepTime(true);
  return { build: () => shown(builder) };
}

function link(title: string, url: string): Builder<DashboardLink> {
  const builder = new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(url)
    .icon('dashboard')
    .keepTime(true);
  return { build: () => shown(builder) };
}

/** The SDK's default hides a link in a menu. */
function shown(builder: DashboardLinkBuilder): DashboardLink {
  const { placement: _, ...rest } = builder.build();
  return rest;
}
