import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Modal, useStyles2 } from '@grafana/ui';
import { SHORTCUTS } from './shortcuts.js';

const NAMES: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' };

/** The list of keys. */
export function ShortcutsHelp({ close }: { readonly close: () => void }) {
  const styles = useStyles2(getStyles);
  return (
    <Modal title="Keyboard shortcuts" isOpen onDismiss={close}>
      <table className={styles.table}>
        <tbody>
          {SHORTCUTS.map(({ keys, description }) => (
            <tr key={keys.join(' ')}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key} className={styles.key}>
                    {NAMES[key] ?? key}
                  </kbd>
                ))}
              </th>
              <td>{description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    table: css({
      width: '100%',
      'th, td': { padding: theme.spacing(0.75), textAlign: 'left' },
      th: { whiteSpace: 'nowrap' },
    }),
    key: css({
      display: 'inline-block',
      minWidth: 24,
      marginRight: theme.spacing(0.5),
      padding: theme.spacing(0.25, 0.75),
      textAlign: 'center',
      color: theme.colors.text.primary,
      background: theme.colors.background.secondary,
      border: `1px solid ${theme.colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: 'none',
    }),
  };
}
