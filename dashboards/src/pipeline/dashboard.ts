import {
  DashboardBuilder,
  DashboardCursorSync,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { alertAnnotations } from '../alert-annotations.js';
import { toAllDashboards } from '../links.js';
import * as facts from './facts.js';
import * as rates from './rates.js';
import { latencies, totals } from './totals.js';

/** Whether the platform itself is well: what each stage does, how far it is behind, and whether anything vanished. */
export function pipelineHealth(): Dashboard {
  const dashboard = new DashboardBuilder('Pipeline health')
    .uid('fieldstream-pipeline')
    .description(
      'What each stage of the platform does, how far it is behind, how long readings take, and that none is lost.',
    )
    .tags(['fieldstream', 'platform'])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([])
    .withPanel(facts.received)
    .withPanel(facts.stored)
    .withPanel(facts.latencyNow)
    .withPanel(facts.lagNow)
    .withPanel(facts.inFlightNow)
    .withPanel(facts.unaccounted)
    .withPanel(rates.bridge)
    .withPanel(rates.aggregator)
    .withPanel(rates.latency)
    .withPanel(rates.lag)
    .withPanel(rates.alerter)
    .withPanel(rates.inFlight)
    .withPanel(rates.balance.span(16).height(9))
    .withPanel(latencies)
    .withPanel(totals);
  dashboard.link(toAllDashboards());
  for (const annotation of alertAnnotations('true', ['critical'])) dashboard.annotation(annotation);
  return dashboard.build();
}
