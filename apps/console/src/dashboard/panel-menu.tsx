import type { DataFrame } from '@grafana/data';
import { Menu } from '@grafana/ui';
import { useNotices } from '../shell/notices.js';
import { downloadCsv } from './csv.js';
import { useDashboard } from './dashboard-context.js';
import type { PlacedPanel } from './layout.js';

/** What can be done with a panel. */
export function PanelMenu({
  placed,
  title,
  isViewed,
  frames,
}: {
  readonly placed: PlacedPanel;
  readonly title: string;
  readonly isViewed: boolean;
  readonly frames: readonly DataFrame[];
}) {
  const { viewPanel, inspect } = useDashboard();
  const notices = useNotices();
  const { key, panel } = placed;
  const copyLink = (): void => {
    const url = new URL(location.href);
    url.searchParams.set('viewPanel', key);
    navigator.clipboard.writeText(url.href).then(() => notices.done('The link is copied'), notices.failed);
  };
  return (
    <Menu>
      {isViewed ? (
        <Menu.Item
          label="Back to the dashboard"
          icon="arrow-left"
          shortcut="Esc"
          onClick={() => viewPanel(undefined)}
        />
      ) : (
        <Menu.Item label="View" icon="eye" shortcut="v" onClick={() => viewPanel(key)} />
      )}
      <Menu.Item label="Copy link" icon="link" onClick={copyLink} />
      <Menu.Divider />
      {panel.targets.length === 0 ? null : (
        <>
          <Menu.Item
            label="Inspect data"
            icon="table"
            shortcut="i"
            onClick={() => inspect({ key, tab: 'data' })}
          />
          <Menu.Item label="Inspect query" icon="database" onClick={() => inspect({ key, tab: 'query' })} />
          <Menu.Item
            label="Download CSV"
            icon="download-alt"
            disabled={frames.length === 0}
            onClick={() => downloadCsv(frames, title)}
          />
        </>
      )}
      <Menu.Item label="Panel JSON" icon="brackets-curly" onClick={() => inspect({ key, tab: 'json' })} />
    </Menu>
  );
}
