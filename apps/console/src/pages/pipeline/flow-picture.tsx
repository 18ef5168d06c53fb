import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { formatCount, formatRate, type Count, type Flow } from './flow.js';

/** The way of a reading through the stages, with what passes now, and what leaves on the way. */
export function FlowPicture({ flow, isKafkaThere }: { readonly flow: Flow; readonly isKafkaThere: boolean }) {
  const styles = useStyles2(getStyles);
  const { bridge, aggregator, alerter, lag } = flow;
  return (
    <section aria-label="Flow of readings" className={styles.picture}>
      <div className={styles.way}>
        <Stage
          icon="rss"
          title="Bridge"
          subtitle="MQTT in, acknowledged once Kafka has it"
          count={bridge.received}
          unit="publishes"
        >
          <Branch label="Presence messages" count={bridge.presence} />
          <Branch
            label="Dead letters"
            count={bridge.deadLettered}
            kind="warning"
            to="/pipeline/dead-letters"
          />
          <Branch label="Refused, sent again" count={bridge.refused} kind="warning" />
          <Branch label="Shed (QoS 0)" count={bridge.shed} kind="loss" />
          <Branch label="In flight" count={bridge.inFlight} isLevel />
        </Stage>
        <Arrow count={bridge.produced} what="records from the bridge to Kafka" />
        <Stage
          icon="database"
          title="Kafka"
          subtitle={isKafkaThere ? 'telemetry.readings, by device' : 'cannot be reached'}
          count={bridge.produced}
          unit="records"
          isFaulty={!isKafkaThere}
        >
          <Level label="Aggregator is behind by" value={lag.aggregator} />
          <Level label="Alerter is behind by" value={lag.alerter} />
        </Stage>
        <div className={styles.fork}>
          <div className={styles.leg}>
            <Arrow count={aggregator.records} what="records from Kafka to the aggregator" />
            <Stage
              icon="calculator-alt"
              title="Aggregator"
              subtitle="rows and offset in one transaction"
              count={aggregator.readings}
              unit="readings"
            >
              <Branch label="Duplicates" count={aggregator.duplicates} />
              <Branch label="Unchanged states" count={aggregator.coalesced} />
              <Branch
                label="Dead letters"
                count={aggregator.deadLettered}
                kind="warning"
                to="/pipeline/dead-letters"
              />
              <Branch label="Lost by retention" count={aggregator.lost} kind="loss" />
            </Stage>
            <Arrow count={aggregator.stored} what="readings from the aggregator to TimescaleDB" />
            <Stage
              icon="layer-group"
              title="TimescaleDB"
              subtitle="one row per reading"
              count={aggregator.stored}
              unit="rows stored"
            />
          </div>
          <div className={styles.leg}>
            <Arrow count={alerter.records} what="records from Kafka to the alerter" />
            <Stage
              icon="bell"
              title="Alerter"
              subtitle="rules, alerts, notifications"
              count={alerter.readings}
              unit="readings that rules look at"
            >
              <Branch
                label="Dead letters"
                count={alerter.deadLettered}
                kind="warning"
                to="/pipeline/dead-letters"
              />
              <Branch label="Lost by retention" count={alerter.lost} kind="loss" />
            </Stage>
          </div>
        </div>
      </div>
    </section>
  );
}

function Stage(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly subtitle: string;
  readonly count: Count;
  readonly unit: string;
  readonly isFaulty?: boolean;
  readonly children?: ReactNode;
}) {
  const styles = useStyles2(getStyles);
  return (
    <div className={cx(styles.stage, { [styles.faulty]: props.isFaulty === true })}>
      <h2 className={styles.title}>
        <Icon name={props.icon} /> {props.title}
      </h2>
      <div className={styles.small}>{props.subtitle}</div>
      <div className={styles.number}>{formatRate(props.count.perSecond)}</div>
      <div className={styles.small}>
        {formatCount(props.count.total)} {props.unit}
      </div>
      {props.children === undefined ? null : <dl className={styles.branches}>{props.children}</dl>}
    </div>
  );
}

/** Something that left, or waits, at a stage. */
function Branch(props: {
  readonly label: string;
  readonly count: Count;
  readonly kind?: 'warning' | 'loss';
  /** The counter goes up and down: its rate says nothing. */
  readonly isLevel?: boolean;
  readonly to?: string;
}) {
  const styles = useStyles2(getStyles);
  const { total, perSecond } = props.count;
  const tone = total > 0 && props.kind !== undefined ? styles[props.kind] : undefined;
  const rate = props.isLevel === true || !perSecond ? '' : ` (${formatRate(perSecond)})`;
  return (
    <div className={styles.branch}>
      <dt>
        {props.to === undefined ? (
          props.label
        ) : (
          <Link to={props.to} className={styles.link}>
            {props.label}
          </Link>
        )}
      </dt>
      <dd className={cx(styles.figure, tone)}>
        {formatCount(total)}
        {rate}
      </dd>
    </div>
  );
}

function Level({ label, value }: { readonly label: string; readonly value: number | null }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.branch}>
      <dt>{label}</dt>
      <dd className={styles.figure}>{formatCount(value)}</dd>
    </div>
  );
}

function Arrow({ count, what }: { readonly count: Count; readonly what: string }) {
  const styles = useStyles2(getStyles);
  const isMoving = count.perSecond !== null && count.perSecond > 0;
  return (
    <div className={styles.arrow} role="img" aria-label={`${formatRate(count.perSecond)} ${what}`}>
      <span className={styles.rate}>{formatRate(count.perSecond)}</span>
      <span className={cx(styles.line, { [styles.moving]: isMoving })} />
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const narrow = theme.breakpoints.down('lg');
  const colour = theme.colors.primary.border;
  return {
    picture: css({ marginBottom: theme.spacing(3) }),
    way: css({ display: 'flex', alignItems: 'stretch', [narrow]: { flexDirection: 'column' } }),
    fork: css({ display: 'flex', flexDirection: 'column', flex: '2.6 1 0', gap: theme.spacing(2) }),
    leg: css({ display: 'flex', flex: 1, alignItems: 'stretch', [narrow]: { flexDirection: 'column' } }),
    stage: css({
      flex: '1 1 0',
      minWidth: 150,
      padding: theme.spacing(1.5),
      borderRadius: theme.shape.radius.default,
      border: `1px solid ${theme.colors.border.weak}`,
      background: theme.colors.background.primary,
    }),
    faulty: css({ borderColor: theme.colors.error.border }),
    title: css({ ...theme.typography.h5, margin: 0 }),
    small: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    number: css({
      marginTop: theme.spacing(1),
      fontSize: theme.typography.h2.fontSize,
      fontVariantNumeric: 'tabular-nums',
    }),
    branches: css({ margin: theme.spacing(1, 0, 0), borderTop: `1px solid ${theme.colors.border.weak}` }),
    branch: css({
      display: 'flex',
      justifyContent: 'space-between',
      gap: theme.spacing(1),
      paddingTop: theme.spacing(0.5),
      fontSize: theme.typography.bodySmall.fontSize,
      dt: { fontWeight: 'inherit', color: theme.colors.text.secondary },
    }),
    figure: css({ margin: 0, whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
    link: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
    warning: css({ color: theme.colors.warning.text }),
    loss: css({ color: theme.colors.error.text, fontWeight: theme.typography.fontWeightMedium }),
    arrow: css({
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      justifyContent: 'center',
      width: 84,
      flex: '0 0 auto',
      gap: 4,
      [narrow]: { width: '100%', height: 44, flexDirection: 'row' },
    }),
    rate: css({ fontSize: theme.typography.bodySmall.fontSize, fontVariantNumeric: 'tabular-nums' }),
    line: css({
      position: 'relative',
      width: 'calc(100% - 16px)',
      height: 2,
      color: colour,
      background: 'repeating-linear-gradient(90deg, currentColor 0 8px, transparent 8px 14px)',
      backgroundSize: '14px 2px',
      '&::after': {
        content: '""',
        position: 'absolute',
        right: -4,
        top: -4,
        borderLeft: '8px solid currentColor',
        borderTop: '5px solid transparent',
        borderBottom: '5px solid transparent',
      },
      [narrow]: { width: 28, transform: 'rotate(90deg)' },
    }),
    moving: css({
      color: theme.colors.primary.text,
      '@media (prefers-reduced-motion: no-preference)': {
        animation: 'fieldstream-flow 0.8s linear infinite',
        '@keyframes fieldstream-flow': { to: { backgroundPositionX: 14 } },
      },
    }),
  };
}
