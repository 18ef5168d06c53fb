import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { ageText } from './age.js';
import type { Device } from './device-queries.js';
import { STATUS_TEXTS, statusOf } from './device-status.js';
import { useNow } from './use-now.js';

/** What the device is doing, as a dot and a word. */
export function DeviceState({ device }: { readonly device: Device }) {
  const styles = useStyles2(getStyles);
  const status = statusOf(device, useNow());
  const { text, meaning } = STATUS_TEXTS[status];
  return (
    <span className={styles.state} title={meaning}>
      <span className={styles[status]} aria-hidden="true" />
      {text}
    </span>
  );
}

/** How long ago; the moment itself is in the tooltip. */
export function Age({ time }: { readonly time: string | null }) {
  const styles = useStyles2(getStyles);
  const nowMs = useNow();
  if (time === null) return <span className={styles.age}>never</span>;
  const timeMs = Date.parse(time);
  return (
    <time className={styles.age} dateTime={time} title={new Date(timeMs).toLocaleString()}>
      {ageText(timeMs, nowMs)}
    </time>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const dot = { width: 8, height: 8, borderRadius: '50%', flexShrink: 0 };
  return {
    state: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(1), whiteSpace: 'nowrap' }),
    online: css({ ...dot, background: theme.colors.success.main }),
    sleeping: css({ ...dot, border: `2px solid ${theme.colors.success.main}` }),
    silent: css({ ...dot, background: theme.colors.warning.main }),
    offline: css({ ...dot, background: theme.colors.error.main }),
    disabled: css({ ...dot, background: theme.colors.text.disabled }),
    waiting: css({ ...dot, border: `2px solid ${theme.colors.info.main}` }),
    age: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
  };
}
