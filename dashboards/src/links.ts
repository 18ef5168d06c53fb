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

/** Link of a table's cell to the alerts of its row's rule. The table has a column `Rule ID`. */
export const TO_RULE_ALERTS = {
  title: 'Show the alerts of this rule',
  url: `/d/fieldstream-alerts?var-rule=${column('Rule ID')}&\${__url_time_range}`,
} as const;

/** Link of a dashboard with the variable `device` to the alerts of that device. */
export function toDeviceAlerts(): Builder<DashboardLink> {
  return link('Alerts of this device', '/d/fieldstream-alerts?var-device=${device:percentencode}');
}

/** Link of a dashboard to the one about a single device, whichever that shows first. */
export function toDeviceDetail(): Builder<DashboardLink> {
  return link('Device detail', '/d/fieldstream-device');
}

function link(title: string, url: string): Builder<DashboardLink> {
  const builder = new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(url)
    .icon('dashboard')
    .keepTime(true);
  return {
    build() {
      // The SDK's default hides the link in a menu.
      const { placement: _, ...shown } = builder.build();
      return shown;
    },
  };
}
