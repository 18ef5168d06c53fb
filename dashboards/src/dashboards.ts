import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts } from './alerts/dashboard.js';
import { compare } from './compare/dashboard.js';
import { deviceDetail } from './device-detail/dashboard.js';
import { fleetOverview } from './fleet/dashboard.js';
import { pipelineHealth } from './pipeline/dashboard.js';
import { dataQuality } from './quality/dashboard.js';

/** Every dashboard and the file that Grafana and the console read it from. A new one is registered here. */
export const DASHBOARDS: readonly { readonly file: string; readonly build: () => Dashboard }[] = [
  { file: 'alerts.json', build: alerts },
  { file: 'compare.json', build: compare },
  { file: 'device-detail.json', build: deviceDetail },
  { file: 'fleet.json', build: fleetOverview },
  { file: 'pipeline.json', build: pipelineHealth },
  { file: 'quality.json', build: dataQuality },
];

/** The text of a dashboard's file. */
export function renderDashboard(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
