import {
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { alertAnnotations } from '../alert-annotations.js';
import { site } from '../filters.js';
import { toAllDashboards, toDeviceAlerts } from '../links.js';
import * as facts from './facts.js';
import { eachMetric, readings } from './readings.js';
import { states } from './states.js';
import { alerts, latestValues } from './tables.js';
import { device, metric } from './variables.js';

/** Everything about one device. Its UID is part of people's bookmarks: it does not change. */
export function deviceDetail(): Dashboard {
  const dashboard = new DashboardBuilder('Device detail')
    .uid('fieldstream-device')
    .description('One device: is it there, what does it report, which alerts has it raised.')
    .tags(['fieldstream'])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(site)
    .withVariable(device)
    .withVariable(metric)
    .link(toDeviceAlerts())
    .withPanel(facts.presence)
    .withPanel(facts.lastReading)
    .withPanel(facts.firstSeen)
    .withPanel(facts.metricCount)
    .withPanel(facts.firingAlerts)
    .withPanel(readings())
    .withPanel(latestValues)
    .withPanel(alerts)
    .withPanel(states)
    .withRow(new RowBuilder('Each metric').id(10))
    .withPanel(eachMetric());
  dashboard.link(toAllDashboards());
  for (const annotation of alertAnnotations(`a.device_id = '$device'`)) dashboard.annotation(annotation);
  return dashboard.build();
}
