import { Badge, Button, ConfirmModal, IconButton, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api, dataOf, type Schema } from '../../client/api.js';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { Cell } from './cell.js';
import { useChannelRemoval } from './channel-removal.js';
import { ChannelTest } from './channel-test.js';
import { ListLoading } from './list-loading.js';
import { getListStyles } from './list-styles.js';

type Channel = Schema<'Channel'>;

/** The ways by which people are told of alerts. */
export function Component() {
  const styles = useStyles2(getListStyles);
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['alerts', 'channels'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/channels', { signal })),
  });
  const [deleting, setDeleting] = useState<Channel>();
  const removing = useChannelRemoval();
  const channels = data?.items ?? [];
  return (
    <Page
      title="Notification channels"
      actions={
        <Button icon="plus" onClick={() => void navigate('/alerts/channels/new')}>
          New channel
        </Button>
      }
    >
      {error !== null && data === undefined ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <ListLoading what="channels" />
      ) : channels.length === 0 ? (
        <EmptyState title="No channel yet" icon="comment-alt-share">
          <p>
            A channel tells people of alerts: by mail, chat, a pager, or a webhook. Rules name the channels
            that they tell.
          </p>
          <Button icon="plus" onClick={() => void navigate('/alerts/channels/new')}>
            Make the first channel
          </Button>
        </EmptyState>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Channel</th>
              <th scope="col">Type</th>
              <th scope="col">Is told of</th>
              <th scope="col">State</th>
              <th scope="col">Actions</th>
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => (
              <ChannelRow key={channel.id} channel={channel} onDelete={() => setDeleting(channel)} />
            ))}
          </tbody>
        </table>
      )}
      <ConfirmModal
        isOpen={deleting !== undefined}
        title="Delete the channel?"
        body={`${deleting?.name ?? ''} is deleted, with its secrets. That is refused while rules name it.`}
        confirmText="Delete"
        onDismiss={() => setDeleting(undefined)}
        onConfirm={() => {
          if (deleting !== undefined) removing.mutate(deleting);
          setDeleting(undefined);
        }}
      />
    </Page>
  );
}

function ChannelRow({ channel, onDelete }: { readonly channel: Channel; readonly onDelete: () => void }) {
  const styles = useStyles2(getListStyles);
  const { id, name, type, enabled, minSeverity, sendResolved, provenance } = channel;
  return (
    <tr>
      <Cell label="Channel">
        <div>
          <Link className={styles.strong} to={`/alerts/channels/${id}`}>
            {name}
          </Link>
          <div className={styles.secondary}>{id}</div>
        </div>
      </Cell>
      <Cell label="Type">{type}</Cell>
      <Cell label="Told of">
        {minSeverity === 'info'
          ? 'all alerts'
          : minSeverity === 'warning'
            ? 'warnings and worse'
            : 'critical alerts'}
        {sendResolved ? '' : ', no recoveries'}
      </Cell>
      <Cell label="State">
        <div className={styles.badges}>
          {enabled ? (
            <Badge color="green" icon="check" text="enabled" />
          ) : (
            <Badge color="darkgrey" icon="pause" text="disabled" />
          )}
          {provenance === null ? null : (
            <Badge
              color="purple"
              icon="file-alt"
              text={provenance}
              title="A file defines it; it is changed there."
            />
          )}
        </div>
      </Cell>
      <Cell>
        <div className={styles.actions}>
          <ChannelTest id={id} name={name} size="sm" />
          {provenance === null ? (
            <IconButton name="trash-alt" tooltip={`Delete ${name}`} onClick={onDelete} />
          ) : null}
        </div>
      </Cell>
    </tr>
  );
}
