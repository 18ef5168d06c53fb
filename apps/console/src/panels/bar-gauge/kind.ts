import type { PanelKind } from '../panel-kind.js';

/** A bar a series between minimum and maximum: Grafana's `bargauge`, with its defaults. */
export const barGaugeKind: PanelKind = {
  type: 'bargauge',
  name: 'Bar gauge',
  options: {
    reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
    orientation: 'auto',
    displayMode: 'gradient',
    valueMode: 'color',
    namePlacement: 'auto',
    showUnfilled: true,
    sizing: 'auto',
    minVizWidth: 8,
    minVizHeight: 16,
    maxVizHeight: 300,
    legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
  },
  load: async () => (await import('./bar-gauge-panel.js')).BarGaugePanel,
};
