import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';

/** Text to be copied as it is. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.block}>
      {/* Focusable, so that a keyboard can scroll it. */}
      <pre className={styles.text} tabIndex={0} aria-label={label} role="region">
        <code>{text}</code>
      </pre>
      <ClipboardButton
        className={styles.copy}
        icon="copy"
        size="sm"
        variant="secondary"
        aria-label={`Copy: ${label}`}
        getText={() => text}
      />
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    block: css({ position: 'relative' }),
    text: css({
      maxHeight: 420,
      margin: 0,
      padding: theme.spacing(1.5),
      paddingRight: theme.spacing(6),
      overflow: 'auto',
      background: theme.colors.background.canvas,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      fontSize: theme.typography.bodySmall.fontSize,
      lineHeight: 1.5,
      whiteSpace: 'pre',
      code: { padding: 0, border: 'none', background: 'none', color: 'inherit', whiteSpace: 'inherit' },
    }),
    copy: css({ position: 'absolute', top: theme.spacing(1), right: theme.spacing(1) }),
  };
}
