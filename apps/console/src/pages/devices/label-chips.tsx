import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** Labels of a device, its site first; beyond `most` only their number is shown. */
export function LabelChips(props: {
  readonly labels: Readonly<Record<string, string>>;
  readonly most?: number;
}) {
  const styles = useStyles2(getStyles);
  const labels = Object.entries(props.labels).toSorted(
    ([a], [b]) => Number(b === 'site') - Number(a === 'site') || a.localeCompare(b),
  );
  const shown = labels.slice(0, props.most ?? labels.length);
  const rest = labels.slice(shown.length);
  if (labels.length === 0) return null;
  return (
    <ul className={styles.list}>
      {shown.map(([name, value]) => (
        <li key={name} className={styles.chip} title={`${name}=${value}`}>
          <span className={styles.name}>{name}</span> {value}
        </li>
      ))}
      {rest.length === 0 ? null : (
        <li className={styles.chip} title={rest.map((label) => label.join('=')).join('\n')}>
          +{rest.length}
        </li>
      )}
    </ul>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    list: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(0.5),
      listStyle: 'none',
      margin: 0,
      minWidth: 0,
    }),
    chip: css({
      maxWidth: '100%',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      padding: theme.spacing(0, 0.75),
      borderRadius: theme.shape.radius.default,
      border: `1px solid ${theme.colors.border.weak}`,
      background: theme.colors.background.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      lineHeight: '20px',
    }),
    name: css({ color: theme.colors.text.secondary }),
  };
}
