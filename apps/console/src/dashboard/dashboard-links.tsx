import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Dropdown, Icon, Menu, ToolbarButton, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { withQuery } from './address.js';
import { AppLink } from './app-link.js';
import { useDashboard } from './dashboard-context.js';
import type { LinkModel } from './dashboard-model.js';
import { listDashboards } from './dashboard-service.js';

/** Links of the dashboard: to an address, or to all dashboards with its tags. */
export function DashboardLinks() {
  const { model } = useDashboard();
  return model.links.map((link) => {
    const key = `${link.type} ${link.title} ${link.url} ${link.tags.join(' ')}`;
    return link.type === 'dashboards' ? (
      <TaggedDashboards key={key} link={link} />
    ) : (
      <OneLink key={key} link={link} />
    );
  });
}

function OneLink({ link }: { readonly link: LinkModel }) {
  const { interpolate, linkParams } = useDashboard();
  const styles = useStyles2(getStyles);
  const href = withQuery(interpolate(link.url, undefined, 'uriencode'), linkParams(link));
  return (
    <AppLink
      href={href}
      targetBlank={link.targetBlank}
      className={styles.link}
      {...(link.tooltip === '' ? {} : { title: link.tooltip })}
    >
      <Icon name={link.targetBlank ? 'external-link-alt' : 'apps'} size="sm" />
      {interpolate(link.title)}
    </AppLink>
  );
}

function TaggedDashboards({ link }: { readonly link: LinkModel }) {
  const { model, linkParams } = useDashboard();
  const styles = useStyles2(getStyles);
  const navigate = useNavigate();
  const { data } = useQuery({ queryKey: ['dashboards'], queryFn: listDashboards });
  const found = (data?.items ?? []).filter(
    ({ uid, tags }) => uid !== model.uid && link.tags.every((tag) => tags.includes(tag)),
  );
  const addressOf = (uid: string): string => withQuery(`/d/${uid}`, linkParams(link));
  if (!link.asDropdown) {
    return found.map(({ uid, title }) => (
      <AppLink key={uid} href={addressOf(uid)} targetBlank={link.targetBlank} className={styles.link}>
        <Icon name="apps" size="sm" />
        {title}
      </AppLink>
    ));
  }
  const menu = () => (
    <Menu>
      {found.map(({ uid, title }) => (
        <Menu.Item
          key={uid}
          label={title}
          onClick={() =>
            link.targetBlank ? window.open(addressOf(uid), '_blank') : void navigate(addressOf(uid))
          }
        />
      ))}
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      <ToolbarButton icon="apps" variant="canvas" disabled={found.length === 0}>
        {link.title || 'Dashboards'}
      </ToolbarButton>
    </Dropdown>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    link: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(0.75),
      minHeight: 32,
      padding: theme.spacing(0, 1),
      borderRadius: theme.shape.radius.default,
      border: `1px solid ${theme.colors.border.weak}`,
      background: theme.colors.background.canvas,
      color: theme.colors.text.primary,
      fontWeight: theme.typography.fontWeightMedium,
      whiteSpace: 'nowrap',
      '&:hover': { background: theme.colors.action.hover },
    }),
  };
}
