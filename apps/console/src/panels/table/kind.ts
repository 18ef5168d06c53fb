import type { PanelKind } from '../panel-kind.js';

/** Rows and columns: Grafana's `table`, with its defaults. */
export const tableKind: PanelKind = {
  type: 'table',
  name: 'Table',
  options: {
    frameIndex: 0,
    showHeader: true,
    showTypeIcons: false,
    cellHeight: 'sm',
    enablePagination: false,
    sortBy: [],
  },
  custom: {
    align: 'auto',
    cellOptions: { type: 'auto' },
    inspect: false,
    filterable: false,
    footer: { reducers: [] },
    wrapHeaderText: false,
  },
  isUnpadded: true,
  load: async () => (await import('./table-panel.js')).TablePanel,
};
