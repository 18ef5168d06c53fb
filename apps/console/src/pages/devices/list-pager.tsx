import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { PAGE_SIZE } from './list-state.js';

/** Where in the list the page is, and the way to its neighbours. */
export function ListPager(props: {
  readonly page: number;
  readonly total: number;
  readonly go: (page: number) => void;
}) {
  const styles = useStyles2(getStyles);
  const { page, total, go } = props;
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const first = (page - 1) * PAGE_SIZE + 1;
  const last = Math.min(page * PAGE_SIZE, total);
  const count = total.toLocaleString('en');
  return (
    <nav className={styles.pager} aria-label="Pages">
      <span className={styles.text}>
        {total <= PAGE_SIZE && page === 1
          ? `${count} ${total === 1 ? 'device' : 'devices'}`
          : `${first.toLocaleString('en')} to ${last.toLocaleString('en')} of ${count} devices`}
      </span>
      {pages === 1 && page === 1 ? null : (
        <>
          <Button
            variant="secondary"
            size="sm"
            icon="angle-left"
            aria-label="Page before"
            disabled={page === 1}
            onClick={() => go(Math.min(page - 1, pages))}
          />
          <Button
            variant="secondary"
            size="sm"
            icon="angle-right"
            aria-label="Next page"
            disabled={page >= pages}
            onClick={() => go(page + 1)}
          />
        </>
      )}
    </nav>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    pager: css({
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'flex-end',
      gap: theme.spacing(1),
      minHeight: 32,
      marginTop: theme.spacing(1),
    }),
    text: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
  };
}
