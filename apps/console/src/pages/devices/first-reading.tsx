import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, Spinner, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { latestQuery } from './device-queries.js';
import { valueText } from './value-text.js';

const POLL_MS = 1_000;

/** Waits for a reading of a device that is newer than when it was last seen, and then says so. */
export function FirstReading(props: { readonly deviceId: string; readonly lastSeen: string | null }) {
  const styles = useStyles2(getStyles);
  const { data: values = [] } = useQuery({ ...latestQuery(props.deviceId), refetchInterval: POLL_MS });
  const arrived = values.filter(
    ({ time }) => props.lastSeen === null || Date.parse(time) > Date.parse(props.lastSeen),
  );
  const [first] = arrived;
  return (
    <p className={cx(styles.line, { [styles.arrived]: first !== undefined })} role="status">
      {first === undefined ? <Spinner inline /> : <Icon name="check-circle" />}
      {first === undefined
        ? 'Waiting for the first message…'
        : `It works: ${arrived
            .slice(0, 3)
            .map((value) => `${value.metric} = ${valueText(value)}`)
            .join(', ')}`}
    </p>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    line: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      minHeight: 40,
      margin: theme.spacing(2, 0),
      padding: theme.spacing(1, 1.5),
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      color: theme.colors.text.secondary,
    }),
    arrived: css({
      color: theme.colors.success.text,
      borderColor: theme.colors.success.border,
      background: theme.colors.success.transparent,
    }),
  };
}
