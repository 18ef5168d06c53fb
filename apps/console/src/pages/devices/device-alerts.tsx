import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, useStyles2, type BadgeColor } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { Schema } from '../../client/api.js';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { deviceAlertsQuery } from './device-queries.js';
import { Age } from './device-state.js';

const COLOURS: Readonly<Record<string, BadgeColor>> = { critical: 'red', warning: 'orange', info: 'blue' };

/** Alerts of a device: what fires now, and what did, newest first. */
export function DeviceAlerts({ deviceId }: { readonly deviceId: string }) {
  const styles = useStyles2(getStyles);
  const alerts = useQuery(deviceAlertsQuery(deviceId));
  if (alerts.data === undefined) {
    return alerts.isError ? (
      <ErrorState error={alerts.error} retry={() => void alerts.refetch()} />
    ) : (
      <PageLoading what="Loading the alerts" />
    );
  }
  if (alerts.data.length === 0) {
    return (
      <EmptyState title="No alerts" icon="bell">
        No rule has fired for this device so far. Rules say when one does:{' '}
        <Link to="/alerts/rules" className={styles.inText}>
          see them
        </Link>
        .
      </EmptyState>
    );
  }
  const open = alerts.data.filter(({ state }) => state === 'firing');
  const past = alerts.data.filter(({ state }) => state !== 'firing');
  return (
    <>
      <h2 className={styles.title}>Firing</h2>
      {open.length === 0 ? <p className={styles.none}>Nothing fires now.</p> : <List alerts={open} />}
      {past.length === 0 ? null : (
        <>
          <h2 className={styles.title}>Earlier</h2>
          <List alerts={past} />
        </>
      )}
    </>
  );
}

function List({ alerts }: { readonly alerts: readonly Schema<'Alert'>[] }) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.list}>
      {alerts.map((alert) => (
        <li key={alert.alertId} className={styles.alert}>
          <Badge
            color={alert.state === 'firing' ? (COLOURS[alert.severity] ?? 'orange') : 'darkgrey'}
            text={alert.severity}
          />
          <div className={styles.text}>
            <Link to={`/alerts/${encodeURIComponent(alert.alertId)}`} className={styles.link}>
              {alert.ruleName}
            </Link>
            <div className={styles.summary}>{alert.summary}</div>
          </div>
          <div className={styles.when}>
            <div>
              {alert.state === 'firing' ? 'since ' : 'ended '}
              <Age time={alert.resolvedAt ?? alert.firedAt} />
            </div>
            {alert.acknowledgedAt === null ? null : <div>acknowledged</div>}
          </div>
        </li>
      ))}
    </ul>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    title: css({ ...theme.typography.h5, margin: theme.spacing(2, 0, 1) }),
    inText: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
    none: css({ color: theme.colors.text.secondary }),
    list: css({ listStyle: 'none', margin: 0 }),
    alert: css({
      display: 'flex',
      alignItems: 'flex-start',
      gap: theme.spacing(1.5),
      padding: theme.spacing(1, 0),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    }),
    text: css({ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }),
    link: css({ fontWeight: theme.typography.fontWeightMedium, '&:hover': { textDecoration: 'underline' } }),
    summary: css({ color: theme.colors.text.secondary }),
    when: css({ color: theme.colors.text.secondary, textAlign: 'right', whiteSpace: 'nowrap' }),
  };
}
