import { Badge, type BadgeColor } from '@grafana/ui';
import { Link } from 'react-router';
import type { Device } from './device-queries.js';
import { devicePath } from './device-path.js';

const COLOURS: Readonly<Record<string, BadgeColor>> = { critical: 'red', warning: 'orange', info: 'blue' };

/** How many alerts of a device fire, in the colour of the worst; leads to them. Nothing where there are none. */
export function AlertCount({ device }: { readonly device: Device }) {
  if (device.openAlerts === 0) return null;
  const text = `${device.openAlerts} ${device.openAlerts === 1 ? 'alert' : 'alerts'}`;
  return (
    <Link to={`${devicePath(device.deviceId)}?tab=alerts`} style={{ position: 'relative', zIndex: 1 }}>
      <Badge color={COLOURS[device.worstSeverity ?? ''] ?? 'orange'} icon="bell" text={text} />
    </Link>
  );
}
