import type { PanelKind } from '../panel-kind.js';

/** Words of the dashboard's author, as Markdown, HTML or code: Grafana's `text`, with its defaults. */
export const textKind: PanelKind = {
  type: 'text',
  name: 'Text',
  options: {
    mode: 'markdown',
    content: '',
    code: { language: 'plaintext', showLineNumbers: false, showMiniMap: false },
  },
  load: async () => (await import('./text-panel.js')).TextPanel,
};
