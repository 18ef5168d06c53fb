import type { PanelKind } from '../panel-kind.js';

const SHARED = {
  legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
  tooltip: { mode: 'single', sort: 'none', hideZeros: false },
} as const;

const HIDE_FROM = { legend: false, tooltip: false, viz: false } as const;

/** How long each state lasted, a row a series: Grafana's `state-timeline`, with its defaults. */
export const stateTimelineKind: PanelKind = {
  type: 'state-timeline',
  name: 'State timeline',
  options: {
    ...SHARED,
    showValue: 'auto',
    mergeValues: true,
    alignValue: 'left',
    rowHeight: 0.9,
    perPage: 20,
  },
  custom: {
    lineWidth: 0,
    fillOpacity: 70,
    spanNulls: false,
    insertNulls: false,
    axisPlacement: 'auto',
    hideFrom: HIDE_FROM,
  },
  colorMode: 'continuous-GrYlRd',
  load: async () => (await import('./timeline-panel.js')).StateTimelinePanel,
};

/** The state at each point in time, a row a series: Grafana's `status-history`, with its defaults. */
export const statusHistoryKind: PanelKind = {
  type: 'status-history',
  name: 'Status history',
  options: { ...SHARED, showValue: 'auto', rowHeight: 0.9, colWidth: 0.9, perPage: 20 },
  custom: { lineWidth: 1, fillOpacity: 70, axisPlacement: 'auto', hideFrom: HIDE_FROM },
  load: async () => (await import('./timeline-panel.js')).StatusHistoryPanel,
};
