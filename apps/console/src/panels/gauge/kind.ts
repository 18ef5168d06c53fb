import type { PanelKind } from '../panel-kind.js';

/**
 * A value on an arc between minimum and maximum: Grafana's `gauge`. `shape`, `sparkline` and `effects` have no default here:
 * Grafana takes a gauge without `shape` for one of an older version and draws it without sparkline and gradient.
 */
export const gaugeKind: PanelKind = {
  type: 'gauge',
  name: 'Gauge',
  options: {
    reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
    orientation: 'auto',
    barShape: 'flat',
    barWidthFactor: 0.5,
    segmentCount: 1,
    segmentSpacing: 0.3,
    textMode: 'auto',
    showThresholdMarkers: true,
    showThresholdLabels: false,
    sizing: 'auto',
    minVizWidth: 75,
    minVizHeight: 75,
  },
  load: async () => (await import('./gauge-panel.js')).GaugePanel,
};
