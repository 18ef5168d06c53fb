import { css } from '@emotion/css';
import { Button, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '../../components/states.js';
import { serverQuery } from './device-queries.js';
import { SnippetTabs } from './snippet-tabs.js';

/** Where there is no device at all: how the first one comes to be. */
export function NoDevices({ register }: { readonly register: () => void }) {
  const styles = useStyles2(getStyles);
  const server = useQuery(serverQuery);
  const isOpen = server.data?.devicePolicy === 'open';
  return (
    <EmptyState title="No devices yet" icon="rss">
      <p>
        {isOpen
          ? 'A device appears here with its first message. Try it, no registration needed:'
          : 'A device is registered first, and then connects with its own password.'}
      </p>
      {server.data !== undefined && isOpen ? (
        <div className={styles.snippets}>
          <SnippetTabs facts={{ deviceId: 'my-device', needsPassword: false, ...server.data.mqtt }} />
        </div>
      ) : null}
      <Button variant={isOpen ? 'secondary' : 'primary'} icon="plus" onClick={register}>
        Register device
      </Button>
    </EmptyState>
  );
}

function getStyles() {
  return { snippets: css({ margin: '16px 0', textAlign: 'left' }) };
}
