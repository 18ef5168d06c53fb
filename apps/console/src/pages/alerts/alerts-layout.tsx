import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { NavLink, Outlet } from 'react-router';

const TABS: readonly { readonly to: string; readonly label: string; readonly icon: IconName }[] = [
  { to: '/alerts', label: 'Open', icon: 'bell' },
  { to: '/alerts/history', label: 'History', icon: 'history' },
  { to: '/alerts/rules', label: 'Rules', icon: 'list-ul' },
  { to: '/alerts/channels', label: 'Channels', icon: 'comment-alt-share' },
];

/** The pages about alerts, below their tabs. */
export function Component() {
  const styles = useStyles2(getStyles);
  return (
    <>
      <nav className={styles.tabs} aria-label="Alerts">
        {TABS.map(({ to, label, icon }) => (
          <NavLink
            key={to}
            to={to}
            end={to === '/alerts'}
            className={({ isActive }) => cx(styles.tab, { [styles.current]: isActive })}
          >
            <Icon name={icon} />
            {label}
          </NavLink>
        ))}
      </nav>
      <Outlet />
    </>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    tabs: css({
      display: 'flex',
      maxWidth: 1600,
      margin: '0 auto',
      padding: theme.spacing(1, 2, 0),
      overflowX: 'auto',
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      [theme.breakpoints.down('sm')]: { padding: theme.spacing(0.5, 0, 0) },
    }),
    tab: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      padding: theme.spacing(1, 1.5),
      color: theme.colors.text.secondary,
      '&:hover': { color: theme.colors.text.primary },
    }),
    current: css({
      color: theme.colors.text.primary,
      boxShadow: `inset 0 -2px ${theme.colors.primary.main}`,
    }),
  };
}
