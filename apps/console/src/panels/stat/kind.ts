import type { PanelKind } from '../panel-kind.js';

/** One large value a series: Grafana's `stat`, with its defaults. */
export const statKind: PanelKind = {
  type: 'stat',
  name: 'Stat',
  options: {
    reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
    orientation: 'auto',
    textMode: 'auto',
    wideLayout: true,
    colorMode: 'value',
    graphMode: 'area',
    justifyMode: 'auto',
    showPercentChange: false,
    percentChangeColorMode: 'standard',
  },
  load: async () => (await import('./stat-panel.js')).StatPanel,
};
