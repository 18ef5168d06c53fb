import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, Button, useStyles2, type BadgeColor } from '@grafana/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../client/api.js';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { useNotices } from '../../shell/notices.js';
import { CommandForm } from './command-form.js';
import { deviceCommandsQuery } from './device-queries.js';
import { Age } from './device-state.js';

type Command = Schema<'Command'>;

const COLOURS: Readonly<Record<Command['status'], BadgeColor>> = {
  queued: 'blue',
  delivered: 'green',
  answered: 'green',
  expired: 'orange',
  cancelled: 'darkgrey',
};

/** What a device was told to do, newest first, and a form for more. */
export function DeviceCommands({ deviceId }: { readonly deviceId: string }) {
  const styles = useStyles2(getStyles);
  const commands = useQuery(deviceCommandsQuery(deviceId));
  return (
    <div className={styles.columns}>
      <section aria-label="New command">
        <CommandForm deviceId={deviceId} />
      </section>
      <section aria-label="Commands">
        {commands.data === undefined ? (
          commands.isError ? (
            <ErrorState error={commands.error} retry={() => void commands.refetch()} />
          ) : (
            <PageLoading what="Loading the commands" />
          )
        ) : commands.data.length === 0 ? (
          <EmptyState title="No commands" icon="message">
            Nobody has told this device anything so far.
          </EmptyState>
        ) : (
          <ul className={styles.list}>
            {commands.data.map((command) => (
              <Row key={command.commandId} command={command} />
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function Row({ command }: { readonly command: Command }) {
  const styles = useStyles2(getStyles);
  const client = useQueryClient();
  const notices = useNotices();
  const { commandId, deviceId: id, status, payload } = command;
  const cancel = useMutation({
    mutationFn: () =>
      dataOf(api.DELETE('/api/devices/{id}/commands/{commandId}', { params: { path: { id, commandId } } })),
    onError: notices.failed,
    onSettled: () => void client.invalidateQueries({ queryKey: ['devices', 'commands', id] }),
  });
  return (
    <li className={styles.command}>
      <Badge
        color={command.outcome === 'error' ? 'red' : COLOURS[status]}
        text={command.outcome === 'error' ? 'failed' : status}
      />
      <div className={styles.text}>
        <div>
          {command.name ?? command.topic}{' '}
          {payload === null ? null : (
            <code>{typeof payload === 'string' ? payload : JSON.stringify(payload)}</code>
          )}
        </div>
        {command.answer === null ? null : <div className={styles.answer}>{command.answer}</div>}
      </div>
      <div className={styles.when}>
        <Age time={command.answeredAt ?? command.deliveredAt ?? command.createdAt} />
        {status === 'queued' ? (
          <Button
            size="sm"
            variant="secondary"
            fill="outline"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate()}
          >
            Cancel
          </Button>
        ) : null}
      </div>
    </li>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    columns: css({
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 2fr)',
      gap: theme.spacing(3),
      [theme.breakpoints.down('md')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
    }),
    list: css({ listStyle: 'none', margin: 0 }),
    command: css({
      display: 'flex',
      alignItems: 'flex-start',
      gap: theme.spacing(1.5),
      padding: theme.spacing(1, 0),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    }),
    text: css({ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }),
    answer: css({ color: theme.colors.text.secondary, whiteSpace: 'pre-wrap' }),
    when: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      color: theme.colors.text.secondary,
      whiteSpace: 'nowrap',
    }),
  };
}
