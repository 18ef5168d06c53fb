/** Address of a device's page. */
export function devicePath(deviceId: string): string {
  return `/devices/${encodeURIComponent(deviceId)}`;
}

/** Address of the dashboard of a device; the same in Grafana. */
export function deviceDashboardPath(deviceId: string): string {
  return `/d/fieldstream-device?${new URLSearchParams({ 'var-device': deviceId }).toString()}`;
}
