import type { PanelKind } from '../panel-kind.js';

/** Values over time as lines, bars or points: Grafana's `timeseries`, with its defaults. */
export const timeSeriesKind: PanelKind = {
  type: 'timeseries',
  name: 'Time series',
  options: {
    legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
    tooltip: { mode: 'single', sort: 'none', hideZeros: false },
  },
  custom: {
    drawStyle: 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    fillOpacity: 0,
    gradientMode: 'none',
    barAlignment: 0,
    barWidthFactor: 0.6,
    showPoints: 'auto',
    pointSize: 5,
    stacking: { mode: 'none', group: 'A' },
    axisPlacement: 'auto',
    axisColorMode: 'text',
    axisBorderShow: false,
    axisLabel: '',
    axisCenteredZero: false,
    scaleDistribution: { type: 'linear' },
    hideFrom: { legend: false, tooltip: false, viz: false },
    thresholdsStyle: { mode: 'off' },
    spanNulls: false,
    insertNulls: false,
    showValues: false,
  },
  colorMode: 'palette-classic',
  load: async () => (await import('./time-series-panel.js')).TimeSeriesPanel,
};
