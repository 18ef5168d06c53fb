import { css } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Alert, Button, Icon, Spinner, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { ApiError } from '../client/api-error.js';

/** While a page or a part of it is loading. Says so to a screen reader, too. */
export function PageLoading({ what = 'Loading' }: { readonly what?: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.centre} role="status" aria-live="polite">
      <Spinner size="xl" />
      <span>{what}…</span>
    </div>
  );
}

/** Where there is nothing to show: says what would be here, and what to do for it. */
export function EmptyState(props: {
  readonly title: string;
  readonly icon?: IconName;
  readonly children?: ReactNode;
}) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.centre}>
      <Icon name={props.icon ?? 'info-circle'} size="xxl" />
      <h2 className={styles.title}>{props.title}</h2>
      <div className={styles.text}>{props.children}</div>
    </div>
  );
}

/** What went wrong with a request, with the way to try again where there is one. */
export function ErrorState({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { title, detail } = describeError(error);
  return (
    <Alert severity="error" title={title}>
      {detail}
      {retry === undefined ? null : (
        <div>
          <Button size="sm" variant="secondary" onClick={retry}>
            Try again
          </Button>
        </div>
      )}
    </Alert>
  );
}

/** An error in words for people. */
export function describeError(error: unknown): { readonly title: string; readonly detail: string } {
  if (error instanceof ApiError) {
    const { title, detail, errors = [] } = error.problem;
    const faults = errors.map(({ field, fault }) => `${field === '' ? 'The request' : field} ${fault}`);
    return { title, detail: [detail, ...faults].filter((line) => line !== '').join(' ') };
  }
  return { title: 'Something went wrong', detail: error instanceof Error ? error.message : String(error) };
}

function getStyles(theme: GrafanaTheme2) {
  return {
    centre: css({
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      justifyContent: 'center',
      gap: theme.spacing(1),
      minHeight: 240,
      padding: theme.spacing(4),
      textAlign: 'center',
      color: theme.colors.text.secondary,
    }),
    title: css({ ...theme.typography.h4, margin: 0, color: theme.colors.text.primary }),
    text: css({ maxWidth: 560 }),
  };
}
