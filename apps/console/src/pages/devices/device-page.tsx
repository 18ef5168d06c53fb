import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, Tab, TabContent, TabsBar, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { ApiError } from '../../client/api-error.js';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { DeviceAlerts } from './device-alerts.js';
import { DeviceCommands } from './device-commands.js';
import { DeviceConnection } from './device-connection.js';
import { DeviceFacts } from './device-facts.js';
import { deviceDashboardPath } from './device-path.js';
import { deviceQuery, type Device } from './device-queries.js';
import { Age, DeviceState } from './device-state.js';
import { EditDrawer } from './edit-drawer.js';
import { LabelChips } from './label-chips.js';
import { LatestValues } from './latest-values.js';

const TABS = [
  { id: 'overview', label: 'Overview' },
  { id: 'alerts', label: 'Alerts' },
  { id: 'commands', label: 'Commands' },
  { id: 'connection', label: 'Connection' },
] as const;

/** Everything of one device. */
export function Component() {
  const { id = '' } = useParams();
  const device = useQuery(deviceQuery(id));
  if (device.data !== undefined) return <DevicePage device={device.data} />;
  if (device.error instanceof ApiError && device.error.problem.status === 404) {
    return (
      <Page title={id}>
        <EmptyState title="There is no such device" icon="rss">
          Nothing has come from {id}, or it was deleted.
          <p>
            <Link to="/devices">All devices</Link>
          </p>
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page title={id}>
      {device.isError ? (
        <ErrorState error={device.error} retry={() => void device.refetch()} />
      ) : (
        <PageLoading what="Loading the device" />
      )}
    </Page>
  );
}

function DevicePage({ device }: { readonly device: Device }) {
  const styles = useStyles2(getStyles);
  const [params, setParams] = useSearchParams();
  const [isEditing, setEditing] = useState(false);
  const tab = TABS.find(({ id }) => id === params.get('tab'))?.id ?? 'overview';
  return (
    <Page
      title={device.name ?? device.deviceId}
      subtitle={
        <div className={styles.subtitle}>
          <DeviceState device={device} />
          <span>
            last seen <Age time={device.lastSeen} />
          </span>
          {device.name === null ? null : <span className={styles.id}>{device.deviceId}</span>}
          <LabelChips labels={device.labels} most={4} />
        </div>
      }
      actions={
        <>
          <Link to={deviceDashboardPath(device.deviceId)} className={styles.charts}>
            <Icon name="chart-line" /> Charts
          </Link>
          <Button variant="secondary" icon="pen" onClick={() => setEditing(true)}>
            Edit
          </Button>
        </>
      }
    >
      <TabsBar>
        {TABS.map(({ id, label }) => (
          <Tab
            key={id}
            label={label}
            active={id === tab}
            counter={id === 'alerts' && device.openAlerts > 0 ? device.openAlerts : null}
            onChangeTab={(event) => {
              event.preventDefault();
              setParams(id === 'overview' ? {} : { tab: id });
            }}
          />
        ))}
      </TabsBar>
      <TabContent className={styles.content}>
        {tab === 'overview' ? (
          <div className={styles.overview}>
            <section aria-label="Latest values" className={styles.box}>
              <LatestValues deviceId={device.deviceId} />
            </section>
            <section aria-label="About the device" className={styles.box}>
              <DeviceFacts device={device} />
            </section>
          </div>
        ) : tab === 'alerts' ? (
          <DeviceAlerts deviceId={device.deviceId} />
        ) : tab === 'commands' ? (
          <DeviceCommands key={device.deviceId} deviceId={device.deviceId} />
        ) : (
          <DeviceConnection key={device.deviceId} device={device} />
        )}
      </TabContent>
      {isEditing ? <EditDrawer device={device} close={() => setEditing(false)} /> : null}
    </Page>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    subtitle: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(0.5, 2),
      marginTop: theme.spacing(0.5),
    }),
    // A link in the looks of a button: it can be opened in another tab.
    charts: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      height: theme.spacing(theme.components.height.md),
      padding: theme.spacing(0, 2),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.primary.main,
      color: theme.colors.primary.contrastText,
      fontWeight: theme.typography.fontWeightMedium,
      '&:hover': { background: theme.colors.primary.shade, color: theme.colors.primary.contrastText },
    }),
    id: css({
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    content: css({ padding: theme.spacing(2, 0), background: 'none' }),
    overview: css({
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)',
      alignItems: 'start',
      gap: theme.spacing(2),
      [theme.breakpoints.down('md')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
    }),
    box: css({
      padding: theme.spacing(1, 2),
      background: theme.colors.background.primary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
    }),
  };
}
