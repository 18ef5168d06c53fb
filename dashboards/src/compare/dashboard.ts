import {
  DashboardBuilder,
  DashboardCursorSync,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { alertAnnotations } from '../alert-annotations.js';
import { chosen, site } from '../filters.js';
import { toAllDashboards } from '../links.js';
import { curves, spread } from './charts.js';
import { distribution, first, last, overall, statistics } from './rankings.js';
import { device, metric, ranking, top } from './variables.js';

/** One metric over many devices. */
export function compare(): Dashboard {
  const dashboard = new DashboardBuilder('Compare')
    .uid('fieldstream-compare')
    .description('One metric over many devices: which have most and least of it, and how they are spread.')
    .tags(['fieldstream'])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(metric)
    .withVariable(site)
    .withVariable(device)
    .withVariable(ranking)
    .withVariable(top)
    .withPanel(overall)
    .withPanel(curves)
    .withPanel(first)
    .withPanel(last)
    .withPanel(spread)
    .withPanel(distribution)
    .withPanel(statistics);
  dashboard.link(toAllDashboards());
  const condition = `a.metric = '$metric' AND ${chosen('a.device_id', 'device')}`;
  for (const annotation of alertAnnotations(condition)) dashboard.annotation(annotation);
  return dashboard.build();
}
