import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { formatCount, type TopicLag } from './flow.js';

/** How far each consumer is behind in each topic: in all, and a bar a partition. */
export function LagTable({ lags }: { readonly lags: readonly TopicLag[] }) {
  const styles = useStyles2(getStyles);
  const most = Math.max(1, ...lags.flatMap(({ partitions }) => partitions.map(({ lag }) => lag ?? 0)));
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Consumer</th>
            <th scope="col">Topic</th>
            <th scope="col" className={styles.number}>
              Records behind
            </th>
            <th scope="col">By partition</th>
          </tr>
        </thead>
        <tbody>
          {lags.map(({ consumer, topic, total, partitions }) => (
            <tr key={`${consumer} ${topic}`}>
              <td>{consumer}</td>
              <td>{topic}</td>
              <td className={styles.number}>{formatCount(total)}</td>
              <td>
                <div
                  className={styles.bars}
                  role="img"
                  aria-label={partitions
                    .map(({ partition, lag }) => `partition ${partition}: ${formatCount(lag)}`)
                    .join(', ')}
                >
                  {partitions.map(({ partition, lag }) => (
                    <span
                      key={partition}
                      className={styles.bar}
                      title={`Partition ${partition}: ${formatCount(lag)}`}
                      style={{ height: `${Math.max(8, ((lag ?? 0) / most) * 100)}%` }}
                    />
                  ))}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    scroll: css({ overflowX: 'auto' }),
    table: css({
      width: '100%',
      'th, td': {
        padding: theme.spacing(0.75, 1),
        textAlign: 'left',
        borderBottom: `1px solid ${theme.colors.border.weak}`,
      },
      th: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightMedium },
    }),
    number: css({ '&&': { textAlign: 'right' }, fontVariantNumeric: 'tabular-nums' }),
    bars: css({ display: 'flex', alignItems: 'flex-end', gap: 2, height: 28, width: 'max-content' }),
    bar: css({ width: 8, background: theme.colors.primary.main, borderRadius: 1 }),
  };
}
