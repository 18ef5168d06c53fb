import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Dropdown, Icon, Menu, ToolbarButton, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { Link, NavLink, Outlet, useSearchParams } from 'react-router';
import { useAlertStream } from '../client/alert-stream.js';
import { api, dataOf } from '../client/api.js';
import { currentToken, forgetToken, tokenRefused } from '../client/token.js';
import { useThemeSwitch, type ThemeChoice } from './theme.js';
import { TokenDialog } from './token-dialog.js';

const PLACES: readonly { readonly to: string; readonly label: string; readonly icon: IconName }[] = [
  { to: '/dashboards', label: 'Dashboards', icon: 'apps' },
  { to: '/devices', label: 'Devices', icon: 'rss' },
  { to: '/alerts', label: 'Alerts', icon: 'bell' },
  { to: '/pipeline', label: 'Pipeline', icon: 'sitemap' },
];

const THEMES: readonly { readonly choice: ThemeChoice; readonly label: string }[] = [
  { choice: 'dark', label: 'Dark' },
  { choice: 'light', label: 'Light' },
  { choice: 'system', label: 'As the system' },
];

/** Bar with the places of the console around the page; without it in kiosk mode (`?kiosk`), as in Grafana. */
export function Shell() {
  const styles = useStyles2(getStyles);
  const [search] = useSearchParams();
  useAlertStream();
  const isKiosk = search.has('kiosk') && search.get('kiosk') !== 'false';
  return (
    <div className={styles.shell}>
      {isKiosk ? null : <Bar />}
      <main id="main" tabIndex={-1} className={cx(styles.main, { [styles.withBar]: !isKiosk })}>
        <Outlet />
      </main>
      <TokenDialog />
    </div>
  );
}

function Bar() {
  const styles = useStyles2(getStyles);
  const { data: openAlerts = 0 } = useQuery({ queryKey: ['alerts', 'open-count'], queryFn: countOpenAlerts });
  return (
    <header className={styles.bar}>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <Link to="/" className={styles.brand} aria-label="Fieldstream, overview">
        <img src="/icon.svg" alt="" width={24} height={24} />
        <span className={styles.brandName}>Fieldstream</span>
      </Link>
      <nav className={styles.nav} aria-label="Places">
        {PLACES.map(({ to, label, icon }) => (
          <NavLink
            key={to}
            to={to}
            className={({ isActive }) => cx(styles.place, { [styles.current]: isActive })}
          >
            <Icon name={icon} />
            <span>{label}</span>
            {to === '/alerts' && openAlerts > 0 ? (
              <span className={styles.count} aria-label={`${openAlerts} open`}>
                {openAlerts > 99 ? '99+' : openAlerts}
              </span>
            ) : null}
          </NavLink>
        ))}
      </nav>
      <div className={styles.end}>
        <ThemeMenu />
        <HelpMenu />
      </div>
    </header>
  );
}

async function countOpenAlerts(): Promise<number> {
  const summary = await dataOf(api.GET('/api/alerts/summary'));
  return summary.firing;
}

function ThemeMenu() {
  const { choice, choose } = useThemeSwitch();
  const menu = (
    <Menu>
      {THEMES.map((theme) => (
        <Menu.Item
          key={theme.choice}
          label={theme.label}
          icon={theme.choice === choice ? 'check' : 'circle'}
          onClick={() => choose(theme.choice)}
        />
      ))}
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      <ToolbarButton icon="palette" aria-label="Theme" tooltip="Theme" />
    </Dropdown>
  );
}

function HelpMenu() {
  const menu = (
    <Menu>
      <Menu.Item label="API documentation" icon="book" url="/api/docs" target="_blank" />
      {currentToken() === null ? (
        <Menu.Item label="Enter API token" icon="key-skeleton-alt" onClick={tokenRefused} />
      ) : (
        <Menu.Item label="Forget API token" icon="signout" onClick={forgetToken} />
      )}
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      <ToolbarButton icon="question-circle" aria-label="Help" tooltip="Help" />
    </Dropdown>
  );
}

/** Height of the bar, in pixels; on phones the places are at the bottom, in a bar of the same height. */
export const BAR_HEIGHT = 48;

function getStyles(theme: GrafanaTheme2) {
  const phone = theme.breakpoints.down('sm');
  return {
    shell: css({ minHeight: '100vh', background: theme.colors.background.canvas }),
    main: css({ outline: 'none', minHeight: '100vh' }),
    withBar: css({ paddingTop: BAR_HEIGHT, [phone]: { paddingBottom: BAR_HEIGHT + 8 } }),
    bar: css({
      position: 'fixed',
      zIndex: theme.zIndex.navbarFixed,
      insetInline: 0,
      top: 0,
      height: BAR_HEIGHT,
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(2),
      padding: theme.spacing(0, 2),
      background: theme.colors.background.primary,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    }),
    skip: css({
      position: 'absolute',
      left: -10_000,
      '&:focus': {
        left: theme.spacing(1),
        padding: theme.spacing(1),
        background: theme.colors.background.secondary,
      },
    }),
    brand: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      color: theme.colors.text.primary,
    }),
    brandName: css({ fontWeight: theme.typography.fontWeightMedium, fontSize: theme.typography.h5.fontSize }),
    nav: css({
      display: 'flex',
      height: '100%',
      gap: theme.spacing(0.5),
      [phone]: {
        position: 'fixed',
        insetInline: 0,
        bottom: 0,
        height: BAR_HEIGHT,
        justifyContent: 'space-around',
        background: theme.colors.background.primary,
        borderTop: `1px solid ${theme.colors.border.weak}`,
      },
    }),
    place: css({
      position: 'relative',
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.75),
      padding: theme.spacing(0, 1.5),
      color: theme.colors.text.secondary,
      '&:hover': { color: theme.colors.text.primary, background: theme.colors.action.hover },
      [phone]: {
        flexDirection: 'column',
        justifyContent: 'center',
        gap: 0,
        fontSize: theme.typography.bodySmall.fontSize,
      },
    }),
    current: css({
      color: theme.colors.text.primary,
      boxShadow: `inset 0 -2px ${theme.colors.primary.main}`,
    }),
    count: css({
      minWidth: 18,
      padding: '0 5px',
      borderRadius: 9,
      background: theme.colors.error.main,
      color: theme.colors.error.contrastText,
      fontSize: 11,
      lineHeight: '18px',
      textAlign: 'center',
      [phone]: { position: 'absolute', top: 2, right: 2 },
    }),
    end: css({ display: 'flex', marginLeft: 'auto' }),
  };
}
