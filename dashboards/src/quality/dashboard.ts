import {
  DashboardBuilder,
  DashboardCursorSync,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { alertAnnotations } from '../alert-annotations.js';
import { barsPanel } from '../bars-panel.js';
import { delayCounts } from '../delay-counts.js';
import { chosen, deviceOfSite, site } from '../filters.js';
import { toAllDashboards } from '../links.js';
import * as facts from './facts.js';
import { deadLetters, delays, shares } from './over-time.js';
import { clocks, deadLetterSources, silence, typeDrift } from './tables.js';

/** How long how many readings took from the device to the platform. */
const delayHistogram = barsPanel(
  10,
  'Readings by delay',
  'How many readings of all devices in the time range took so long from the observation to the arrival: up to the time at ' +
    'the bar, and longer than that of the bar above.',
  delayCounts('delay', 'Readings'),
)
  .span(8)
  .height(9)
  .unit('short')
  .min(0)
  .noValue('No readings in this time range');

/** Whether the data can be relied on: what could not be read, came twice, late, from a wrong clock, or not at all. */
export function dataQuality(): Dashboard {
  const dashboard = new DashboardBuilder('Data quality')
    .uid('fieldstream-quality')
    .description(
      'What could not be read, came twice, came late, came from a clock that is wrong, or did not come at all.',
    )
    .tags(['fieldstream', 'platform'])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(site)
    .withVariable(deviceOfSite)
    .withPanel(facts.counts)
    .withPanel(facts.silent)
    .withPanel(facts.outOfBounds)
    .withPanel(shares)
    .withPanel(delays)
    .withPanel(deadLetters)
    .withPanel(deadLetterSources)
    .withPanel(delayHistogram)
    .withPanel(clocks.span(16).height(9))
    .withPanel(silence.span(24).height(9))
    .withPanel(typeDrift.span(24).height(8));
  dashboard.link(toAllDashboards());
  for (const annotation of alertAnnotations(chosen('a.device_id', 'device'), ['critical']))
    dashboard.annotation(annotation);
  return dashboard.build();
}
