import { css, keyframes } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** Grey rows where a list will be, of about its height, so that nothing jumps when it is there. */
export function ListLoading({ what, rows = 6 }: { readonly what: string; readonly rows?: number }) {
  const styles = useStyles2(getStyles);
  return (
    <div role="status" aria-label={`Loading ${what}`} className={styles.rows}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={styles.row} />
      ))}
    </div>
  );
}

const pulse = keyframes({ '0%, 100%': { opacity: 1 }, '50%': { opacity: 0.5 } });

function getStyles(theme: GrafanaTheme2) {
  return {
    rows: css({ display: 'grid', gap: 1 }),
    row: css({
      height: 48,
      background: theme.colors.background.secondary,
      [theme.transitions.handleMotion('no-preference')]: { animation: `${pulse} 1.5s ease-in-out infinite` },
    }),
  };
}
