import { css, keyframes } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { heightPx } from './layout.js';

/** Shape of most dashboards: facts in a row, a chart, two tables. */
const BLOCKS = [
  { id: 'a', span: 6, height: 4 },
  { id: 'b', span: 6, height: 4 },
  { id: 'c', span: 6, height: 4 },
  { id: 'd', span: 6, height: 4 },
  { id: 'e', span: 24, height: 9 },
  { id: 'f', span: 12, height: 9 },
  { id: 'g', span: 12, height: 9 },
] as const;

/** Stands where a dashboard will, until it is there. */
export function DashboardSkeleton() {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.page} role="status" aria-label="Loading the dashboard">
      <div className={styles.bar} />
      <div className={styles.grid}>
        {BLOCKS.map(({ id, span, height }) => (
          <div
            key={id}
            className={styles.block}
            style={{ gridColumn: `span ${span}`, height: heightPx(height) }}
          />
        ))}
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const pulse = keyframes({ '50%': { opacity: 0.5 } });
  const moving = {
    [theme.transitions.handleMotion('no-preference')]: { animation: `${pulse} 1.6s ease-in-out infinite` },
  };
  return {
    page: css({
      padding: theme.spacing(1, 2),
      [theme.breakpoints.down('sm')]: { padding: theme.spacing(1) },
    }),
    bar: css({
      height: 32,
      maxWidth: 360,
      margin: theme.spacing(0, 0, 2),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.primary,
      ...moving,
    }),
    grid: css({
      display: 'grid',
      gridTemplateColumns: 'repeat(24, 1fr)',
      gap: 8,
      [theme.breakpoints.down('md')]: { '& > *': { gridColumn: '1 / -1 !important' } },
    }),
    block: css({
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.primary,
      border: `1px solid ${theme.colors.border.weak}`,
      ...moving,
    }),
  };
}
