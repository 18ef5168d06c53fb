import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { Link } from 'react-router';
import { AlertCount } from './alert-count.js';
import { devicePath } from './device-path.js';
import type { Device, DeviceGlance } from './device-queries.js';
import { Age, DeviceState } from './device-state.js';
import { LabelChips } from './label-chips.js';
import { Sparkline } from './sparkline.js';
import { valueText } from './value-text.js';

const COLUMNS = ['Status', 'Device', 'Labels', 'Latest values', 'Last hour', 'Alerts', 'Last seen'] as const;

/** Devices, a row each; on a phone, a card each. The whole row leads to the device. */
export function DeviceTable(props: {
  readonly devices: readonly Device[];
  /** What is not loaded yet is left empty, without changing the height of the row. */
  readonly glances: ReadonlyMap<string, DeviceGlance>;
  /** The rows are those of another page, and about to be replaced. */
  readonly isStale: boolean;
}) {
  const styles = useStyles2(getStyles);
  return (
    <div className={cx(styles.table, { [styles.stale]: props.isStale })}>
      {/* For the eye: each part of a row says itself what it is. */}
      <div className={cx(styles.columns, styles.head)} aria-hidden="true">
        {COLUMNS.map((column) => (
          <span key={column}>{column}</span>
        ))}
      </div>
      <ul className={styles.body} aria-label="Devices">
        {props.devices.map((device) => (
          <Row key={device.deviceId} device={device} glance={props.glances.get(device.deviceId)} />
        ))}
      </ul>
    </div>
  );
}

function Row({ device, glance }: { readonly device: Device; readonly glance: DeviceGlance | undefined }) {
  const styles = useStyles2(getStyles);
  const { deviceId, name } = device;
  return (
    <li className={cx(styles.columns, styles.row)}>
      <div className={styles.status}>
        <DeviceState device={device} />
      </div>
      <div className={styles.device}>
        <Link to={devicePath(deviceId)} className={styles.link}>
          {name ?? deviceId}
        </Link>
        {name === null ? null : <div className={styles.id}>{deviceId}</div>}
      </div>
      <div className={styles.labels}>
        <LabelChips labels={device.labels} most={2} />
      </div>
      <div className={styles.values}>
        {glance?.values.map((value) => (
          <div key={value.metric} className={styles.value} title={`${value.metric}: ${valueText(value)}`}>
            <div className={styles.metric}>{value.metric}</div>
            <div className={styles.number}>{valueText(value)}</div>
          </div>
        ))}
      </div>
      <div className={styles.spark}>
        <Sparkline points={glance?.points ?? []} />
      </div>
      <div className={styles.alerts}>
        <AlertCount device={device} />
      </div>
      <div className={styles.seen}>
        <Age time={device.lastSeen} />
      </div>
    </li>
  );
}

/** In the shape of the list, while its first page is loading. */
export function DeviceTableSkeleton() {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.skeleton} role="status">
      <span className="sr-only">Loading the devices</span>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const phone = theme.breakpoints.down('md');
  const clipped = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;
  const line = `1px solid ${theme.colors.border.weak}`;
  return {
    table: css({
      background: theme.colors.background.primary,
      border: line,
      borderRadius: theme.shape.radius.default,
      [phone]: { border: 'none', background: 'none' },
    }),
    stale: css({ opacity: 0.6 }),
    columns: css({
      display: 'grid',
      gridTemplateColumns: '84px minmax(0, 22fr) minmax(0, 15fr) minmax(0, 30fr) 130px 88px 84px',
      alignItems: 'center',
      gap: theme.spacing(0, 2.5),
      padding: theme.spacing(0.75, 1.5),
    }),
    head: css({
      minHeight: 40,
      color: theme.colors.text.secondary,
      fontWeight: theme.typography.fontWeightMedium,
      whiteSpace: 'nowrap',
      '& > :last-child': { textAlign: 'right' },
      [phone]: { display: 'none' },
    }),
    body: css({
      listStyle: 'none',
      margin: 0,
      [phone]: { display: 'flex', flexDirection: 'column', gap: theme.spacing(1) },
    }),
    row: css({
      position: 'relative',
      minHeight: 56,
      borderTop: line,
      '&:hover': { background: theme.colors.action.hover },
      [phone]: {
        gridTemplate: '"device seen" "status alerts" "values values" "spark spark" / minmax(0, 1fr) auto',
        gap: theme.spacing(0.75, 1),
        padding: theme.spacing(1.5),
        background: theme.colors.background.primary,
        border: line,
        borderRadius: theme.shape.radius.default,
      },
    }),
    status: css({ [phone]: { gridArea: 'status' } }),
    device: css({ minWidth: 0, [phone]: { gridArea: 'device' } }),
    link: css({
      ...clipped,
      display: 'block',
      fontWeight: theme.typography.fontWeightMedium,
      color: theme.colors.text.primary,
      // The whole row leads to the device.
      '&::after': { content: '""', position: 'absolute', inset: 0 },
      '&:focus-visible': { outline: 'none' },
      '&:focus-visible::after': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
    }),
    id: css({
      ...clipped,
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    labels: css({ minWidth: 0, [phone]: { display: 'none' } }),
    values: css({
      display: 'grid',
      gridTemplateColumns: 'repeat(3, minmax(0, 1fr))',
      gap: theme.spacing(1.5),
      [phone]: { gridArea: 'values', minHeight: 40 },
    }),
    value: css({ minWidth: 0, '& > div': clipped }),
    metric: css({
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    number: css({
      fontWeight: theme.typography.fontWeightMedium,
      fontVariantNumeric: 'tabular-nums',
    }),
    spark: css({ [phone]: { gridArea: 'spark' } }),
    alerts: css({ [phone]: { gridArea: 'alerts', justifySelf: 'end' } }),
    seen: css({
      color: theme.colors.text.secondary,
      textAlign: 'right',
      [phone]: { gridArea: 'seen', alignSelf: 'start' },
    }),
    skeleton: css({
      height: 12 * 57,
      borderRadius: theme.shape.radius.default,
      background: `repeating-linear-gradient(${theme.colors.background.primary} 0 56px, ${theme.colors.border.weak} 56px 57px)`,
    }),
  };
}
