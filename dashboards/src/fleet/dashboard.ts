import {
  DashboardBuilder,
  DashboardCursorSync,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { alertAnnotations } from '../alert-annotations.js';
import { chosen, deviceOfSite, site } from '../filters.js';
import { toAllDashboards } from '../links.js';
import * as facts from './facts.js';
import { messages, worstDevices } from './over-time.js';
import { fleet, newestAlerts, sites } from './tables.js';
import { silence } from './variables.js';

/** All devices at a glance: the first dashboard that Grafana and the console show. */
export function fleetOverview(): Dashboard {
  const dashboard = new DashboardBuilder('Fleet overview')
    .uid('fieldstream-fleet')
    .description(
      'All devices at a glance: how many there are and how they are, what they send, and which need a look.',
    )
    .tags(['fieldstream', 'overview'])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(site)
    .withVariable(deviceOfSite)
    .withVariable(silence)
    .withPanel(facts.devices)
    .withPanel(facts.openAlerts)
    .withPanel(facts.readingsRate)
    .withPanel(facts.lastData)
    .withPanel(messages)
    .withPanel(worstDevices)
    .withPanel(fleet)
    .withPanel(sites)
    .withPanel(newestAlerts);
  dashboard.link(toAllDashboards());
  for (const annotation of alertAnnotations(chosen('a.device_id', 'device')))
    dashboard.annotation(annotation);
  return dashboard.build();
}
