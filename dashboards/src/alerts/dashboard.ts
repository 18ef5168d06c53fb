import {
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { alertAnnotations } from '../alert-annotations.js';
import { site } from '../filters.js';
import { toAllDashboards } from '../links.js';
import * as facts from './facts.js';
import * as notifications from './notifications.js';
import { firedOverTime, openOverTime } from './over-time.js';
import { response, topDevices, topRules } from './rankings.js';
import { changes, history, openAlerts } from './tables.js';
import { CHOSEN, device, rule, severity } from './variables.js';

/** All alerts: what is open, what was, who took it on, who was told. Its UID is part of people's bookmarks. */
export function alerts(): Dashboard {
  const dashboard = new DashboardBuilder('Alerts')
    .uid('fieldstream-alerts')
    .description('What is open now, what fired and for how long, which rules and devices, and who was told.')
    .tags(['fieldstream'])
    .timezone('browser')
    .time({ from: 'now-24h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(rule)
    .withVariable(site)
    .withVariable(device)
    .withVariable(severity);
  dashboard.link(toAllDashboards());
  for (const annotation of alertAnnotations(CHOSEN)) dashboard.annotation(annotation);
  for (const panel of facts.openBySeverity) dashboard.withPanel(panel);
  return dashboard
    .withPanel(facts.unattended)
    .withPanel(facts.fired)
    .withPanel(facts.timeToAcknowledge)
    .withPanel(facts.duration)
    .withPanel(notifications.failed)
    .withPanel(openAlerts)
    .withPanel(firedOverTime)
    .withPanel(openOverTime)
    .withPanel(topRules)
    .withPanel(topDevices)
    .withPanel(response)
    .withPanel(history)
    .withPanel(changes)
    .withRow(new RowBuilder('Notifications').id(17))
    .withPanel(notifications.byChannel)
    .withPanel(notifications.overTime)
    .build();
}
