import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, ConfirmModal, useStyles2 } from '@grafana/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api, dataOf, type Schema } from '../../client/api.js';
import { ErrorState } from '../../components/states.js';
import { useNotices } from '../../shell/notices.js';
import { Credentials } from './credentials.js';
import { DeleteDialog } from './delete-dialog.js';
import { serverQuery, type Device } from './device-queries.js';
import { RegisterDrawer } from './register-drawer.js';
import { SnippetTabs } from './snippet-tabs.js';

type Dialog = 'register' | 'rotate' | 'disable' | 'delete';

/** How a device connects, and what can be done with its credentials. */
export function DeviceConnection({ device }: { readonly device: Device }) {
  const styles = useStyles2(getStyles);
  const client = useQueryClient();
  const notices = useNotices();
  const server = useQuery(serverQuery);
  const [dialog, setDialog] = useState<Dialog>();
  const [credentials, setCredentials] = useState<Schema<'DeviceCredentials'>>();
  const params = { path: { id: device.deviceId } };
  const close = (): void => setDialog(undefined);
  const rotate = useMutation({
    mutationFn: () => dataOf(api.POST('/api/devices/{id}/token', { params })),
    onSuccess: (answer) => setCredentials(answer.credentials),
    onError: notices.failed,
    onSettled: close,
  });
  const admit = useMutation({
    mutationFn: (isLetIn: boolean) =>
      isLetIn
        ? dataOf(api.POST('/api/devices/{id}/enable', { params }))
        : dataOf(api.POST('/api/devices/{id}/disable', { params })),
    onSuccess: ({ disabled }) => {
      void client.invalidateQueries({ queryKey: ['devices'] });
      notices.done(disabled ? 'The device is disabled' : 'The device is enabled');
    },
    onError: notices.failed,
    onSettled: close,
  });
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        {credentials === undefined ? null : <Credentials credentials={credentials} />}
        {server.isError ? <ErrorState error={server.error} retry={() => void server.refetch()} /> : null}
        {server.data === undefined ? null : (
          <SnippetTabs
            facts={{
              deviceId: device.deviceId,
              password: credentials?.password,
              needsPassword: device.registered || server.data.devicePolicy === 'registered',
              ...server.data.mqtt,
            }}
          />
        )}
      </div>
      <div className={styles.column}>
        {device.registered ? (
          <>
            <Action
              title="New password"
              text="The old one stops working at once, and connections made with it are closed."
            >
              <Button variant="secondary" icon="sync" onClick={() => setDialog('rotate')}>
                Make a new password
              </Button>
            </Action>
            {device.disabled ? (
              <Action title="Enable" text="Its credentials are refused until it is enabled.">
                <Button
                  variant="secondary"
                  icon="check"
                  disabled={admit.isPending}
                  onClick={() => admit.mutate(true)}
                >
                  Enable
                </Button>
              </Action>
            ) : (
              <Action
                title="Disable"
                text="Its connections are closed and its credentials refused, until it is enabled again."
              >
                <Button variant="secondary" icon="ban" onClick={() => setDialog('disable')}>
                  Disable
                </Button>
              </Action>
            )}
          </>
        ) : (
          <Action
            title="Register"
            text="It appeared by itself. Registered, nobody can publish in its name without its password."
          >
            <Button variant="secondary" icon="key-skeleton-alt" onClick={() => setDialog('register')}>
              Register
            </Button>
          </Action>
        )}
        <Action title="Delete" text="With its history, or only its credentials.">
          <Button variant="destructive" fill="outline" icon="trash-alt" onClick={() => setDialog('delete')}>
            Delete
          </Button>
        </Action>
      </div>
      <ConfirmModal
        isOpen={dialog === 'rotate'}
        title="Make a new password"
        body={`${device.deviceId} is disconnected, and cannot come back until it has the new password.`}
        confirmText="Make a new password"
        onConfirm={() => rotate.mutate()}
        onDismiss={close}
      />
      <ConfirmModal
        isOpen={dialog === 'disable'}
        title="Disable the device"
        body={`${device.deviceId} is disconnected, and refused until it is enabled again. What it would publish is lost, unless it keeps it.`}
        confirmText="Disable"
        onConfirm={() => admit.mutate(false)}
        onDismiss={close}
      />
      {dialog === 'delete' ? <DeleteDialog device={device} close={close} /> : null}
      {dialog === 'register' ? <RegisterDrawer deviceId={device.deviceId} close={close} /> : null}
    </div>
  );
}

function Action(props: { readonly title: string; readonly text: string; readonly children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.action}>
      <div>
        <h2 className={styles.title}>{props.title}</h2>
        <p className={styles.text}>{props.text}</p>
      </div>
      {props.children}
    </section>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    columns: css({
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)',
      gap: theme.spacing(4),
      [theme.breakpoints.down('md')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
    }),
    column: css({ minWidth: 0 }),
    action: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      justifyContent: 'space-between',
      gap: theme.spacing(1, 2),
      padding: theme.spacing(1.5, 0),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      '& > div': { flex: '1 1 220px' },
    }),
    title: css({ ...theme.typography.h5, margin: 0 }),
    text: css({ margin: 0, color: theme.colors.text.secondary }),
  };
}
