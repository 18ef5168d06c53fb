import { css } from '@emotion/css';
import type { FieldConfigSource, GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

/** In place of a panel's content where it has no value: the dashboard's words for that, else "No data", or `children`. */
export function NoData(props: {
  readonly fieldConfig: FieldConfigSource;
  readonly width: number;
  readonly height: number;
  readonly children?: ReactNode;
}) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.centre} style={{ width: props.width, height: props.height }}>
      <span>{props.children ?? noValueOf(props.fieldConfig)}</span>
    </div>
  );
}

/** The dashboard's words for "there is no value". */
export function noValueOf(fieldConfig: FieldConfigSource): string {
  const noValue: unknown = fieldConfig.defaults?.noValue;
  return typeof noValue === 'string' && noValue !== '' ? noValue : 'No data';
}

function getStyles(theme: GrafanaTheme2) {
  return {
    centre: css({
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'center',
      overflow: 'hidden',
      textAlign: 'center',
      color: theme.colors.text.secondary,
      fontSize: theme.typography.size.md,
    }),
  };
}
