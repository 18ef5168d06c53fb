import { css } from '@emotion/css';
import type { GrafanaTheme2, InterpolateFunction } from '@grafana/data';
import { Dropdown, Icon, Menu, Tooltip, useStyles2 } from '@grafana/ui';
import { useNavigate } from 'react-router';
import { withQuery } from './address.js';
import { AppLink, inApp } from './app-link.js';
import { useDashboard } from './dashboard-context.js';
import type { LinkModel } from './dashboard-model.js';

/** Links of a panel, beside its title. */
export function PanelLinks({
  links,
  interpolate,
}: {
  readonly links: readonly LinkModel[];
  readonly interpolate: InterpolateFunction;
}) {
  const styles = useStyles2(getStyles);
  const { linkParams } = useDashboard();
  const navigate = useNavigate();
  if (links.length === 0) return null;
  const made = links.map((link) => ({
    title: interpolate(link.title) || 'Link',
    href: withQuery(interpolate(link.url, undefined, 'uriencode'), linkParams(link)),
    targetBlank: link.targetBlank,
  }));
  const [only] = made;
  if (made.length === 1 && only !== undefined) {
    return (
      <Tooltip content={only.title}>
        <AppLink
          href={only.href}
          targetBlank={only.targetBlank}
          className={styles.link}
          aria-label={only.title}
        >
          <Icon name="external-link-alt" />
        </AppLink>
      </Tooltip>
    );
  }
  const menu = () => (
    <Menu>
      {made.map(({ title, href, targetBlank }) => (
        <Menu.Item
          key={title}
          label={title}
          onClick={() => {
            const path = targetBlank ? undefined : inApp(href);
            if (path === undefined) window.open(href, targetBlank ? '_blank' : '_self', 'noopener');
            else void navigate(path);
          }}
        />
      ))}
    </Menu>
  );
  return (
    <Dropdown overlay={menu}>
      <button type="button" className={styles.link} aria-label="Links of the panel">
        <Icon name="link" />
      </button>
    </Dropdown>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    link: css({
      display: 'inline-flex',
      alignItems: 'center',
      padding: theme.spacing(0.5),
      border: 'none',
      background: 'none',
      color: theme.colors.text.secondary,
      '&:hover': { color: theme.colors.text.primary },
    }),
  };
}
