import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useEffect, type ReactNode } from 'react';

/** Frame of a page: title (also of the tab), what can be done, and the content. Exactly one on the screen. */
export function Page(props: {
  readonly title: string;
  /** Beside the title; wraps below it on a narrow screen. */
  readonly actions?: ReactNode;
  readonly subtitle?: ReactNode;
  readonly children: ReactNode;
}) {
  const styles = useStyles2(getStyles);
  useTitle(props.title);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1 className={styles.title}>{props.title}</h1>
          {props.subtitle === undefined ? null : <div className={styles.subtitle}>{props.subtitle}</div>}
        </div>
        <div className={styles.actions}>{props.actions}</div>
      </header>
      {props.children}
    </div>
  );
}

/** Title of the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Fieldstream`;
  }, [title]);
}

function getStyles(theme: GrafanaTheme2) {
  return {
    page: css({
      maxWidth: 1600,
      margin: '0 auto',
      padding: theme.spacing(2),
      [theme.breakpoints.down('sm')]: { padding: theme.spacing(1) },
    }),
    header: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'flex-start',
      justifyContent: 'space-between',
      gap: theme.spacing(1, 2),
      marginBottom: theme.spacing(2),
    }),
    title: css({ ...theme.typography.h3, margin: 0 }),
    subtitle: css({ color: theme.colors.text.secondary }),
    actions: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
  };
}
