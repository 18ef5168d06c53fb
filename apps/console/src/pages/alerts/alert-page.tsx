import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { SEVERITIES } from '@fieldstream/domain';
import { Icon, Spinner, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useParams } from 'react-router';
import { ApiError } from '../../client/api-error.js';
import { api, dataOf, type Schema } from '../../client/api.js';
import { Page } from '../../components/page.js';
import { describeError, EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { ActingName } from './acting-name.js';
import { useAlertActing } from './alert-acting.js';
import { AlertStatus } from './alert-status.js';
import { eventText, reasonText, storyOf, toldText } from './alert-story.js';
import { AlertButtons, shortSummary, valueText } from './alert-table.js';
import type { FiringSpan } from './back-test-view.js';
import { comparedSignal, signalName } from './compared-signal.js';
import { limitLines } from './limits.js';
import { getListStyles } from './list-styles.js';
import { Moment, Span, useNow } from './moment.js';
import { formOf } from './rule-kind-forms.js';
import { conditionText } from './rule-text.js';
import { Section } from './section.js';
import { SeverityBadge } from './severity-badge.js';
import { SignalChart } from './signal-chart.js';
import { useReadings, type TimeSpan } from './use-signal.js';

type Details = Schema<'AlertDetails'>;
type Rule = Schema<'Rule'>;

const MINUTE_MS = 60_000;
const LEAST_AROUND_MS = 15 * MINUTE_MS;
const MOST_AROUND_MS = 24 * 60 * MINUTE_MS;

/** One alert: what it is, its signal around it, what happened to it and who was told. Live. */
export function Component() {
  const { id = '' } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['alerts', 'one', id],
    queryFn: ({ signal }) => dataOf(api.GET('/api/alerts/{id}', { params: { path: { id } }, signal })),
  });
  if (error instanceof ApiError && error.problem.kind === 'not-found') {
    return (
      <Page title="No such alert">
        <EmptyState title="There is no such alert" icon="bell-slash">
          <p>Resolved alerts are kept for 400 days.</p>
          <Link to="/alerts/history">History</Link>
        </EmptyState>
      </Page>
    );
  }
  if (data === undefined) {
    return (
      <Page title="Alert">
        {error === null ? (
          <PageLoading what="Loading the alert" />
        ) : (
          <ErrorState error={error} retry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return <AlertView alert={data} />;
}

function AlertView({ alert }: { readonly alert: Details }) {
  const styles = useStyles2(getStyles);
  const list = useStyles2(getListStyles);
  const nowMs = useNow();
  const { act, isActing } = useAlertActing();
  const rule = useRule(alert.ruleId);
  const { deviceId, metric, ruleId, ruleName, firedAt, resolvedAt } = alert;
  return (
    <Page
      title={ruleName}
      subtitle={shortSummary(alert)}
      actions={
        alert.state === 'firing' ? (
          <>
            <ActingName />
            <AlertButtons alert={alert} nowMs={nowMs} act={act} isActing={isActing} />
          </>
        ) : undefined
      }
    >
      <div className={styles.facts}>
        <Fact label="Severity">
          <SeverityBadge severity={alert.severity} />
        </Fact>
        <Fact label="State">
          <span className={list.badges}>
            <AlertStatus alert={alert} nowMs={nowMs} />
          </span>
        </Fact>
        <Fact label="Device">
          <Link className={list.link} to={`/devices/${encodeURIComponent(deviceId)}`}>
            {deviceId}
          </Link>
        </Fact>
        {metric === '' ? null : <Fact label="Metric">{metric}</Fact>}
        <Fact label="Value">{valueText(alert)}</Fact>
        <Fact label="Rule">
          {rule === undefined ? (
            `${ruleId} (deleted)`
          ) : (
            <Link className={list.link} to={`/alerts/rules/${ruleId}`}>
              {rule === null ? ruleId : conditionText(rule)}
            </Link>
          )}
        </Fact>
        <Fact label="Fired">
          <Moment time={firedAt} />
        </Fact>
        <Fact label="Lasted">
          <Span from={firedAt} to={resolvedAt} nowMs={nowMs} />
        </Fact>
        {resolvedAt === null ? null : <Fact label="Resolved">{reasonText(alert.resolvedBy)}</Fact>}
      </div>
      {alert.description === '' ? null : (
        <p className={styles.description}>
          <Icon name="info-circle" /> {alert.description}
        </p>
      )}
      <div className={styles.columns}>
        <Section title="Signal">
          <AroundAlert alert={alert} rule={rule ?? undefined} nowMs={nowMs} />
        </Section>
        <Section title="What happened">
          <Story alert={alert} />
        </Section>
      </div>
    </Page>
  );
}

/** The rule as it is now; null while it is not known, undefined where there is none any more. */
function useRule(id: string): Rule | null | undefined {
  const { data, error } = useQuery({
    queryKey: ['alerts', 'rule', id],
    queryFn: ({ signal }) => dataOf(api.GET('/api/rules/{id}', { params: { path: { id } }, signal })),
  });
  if (data !== undefined) return data;
  return error instanceof ApiError && error.problem.kind === 'not-found' ? undefined : null;
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div>
      <div className={styles.label}>{label}</div>
      <div>{children}</div>
    </div>
  );
}

function AroundAlert(props: {
  readonly alert: Details;
  readonly rule: Rule | undefined;
  readonly nowMs: number;
}) {
  const { alert, rule, nowMs } = props;
  const list = useStyles2(getListStyles);
  const { deviceId, metric } = alert;
  // In steps of half a minute, so that the chart of an open alert goes on without being asked for all the time.
  const steppedMs = Math.ceil(nowMs / (MINUTE_MS / 2)) * (MINUTE_MS / 2);
  const span = useMemo(() => spanAround(alert, steppedMs), [alert, steppedMs]);
  const readings = useReadings({ deviceId, metric, span, asText: rule?.kind === 'state' });
  if (metric === '') {
    return <p>It is about the device as a whole, not about a metric.</p>;
  }
  const own = readings.data?.signal;
  const compared =
    own === undefined || rule === undefined ? undefined : comparedSignal(rule.kind, rule.params, own);
  const subject = `${metric} of ${deviceId}`;
  const name = rule === undefined ? subject : signalName(rule.kind, rule.params, subject);
  const hasLimits = rule !== undefined && formOf(rule.kind).comparison !== undefined;
  return (
    <>
      <SignalChart
        signal={compared ?? own}
        name={name}
        unit={compared === undefined ? readings.data?.unit : undefined}
        fromMs={span.fromMs}
        toMs={span.toMs}
        lines={hasLimits ? limitLines(rule.params, rule.severity) : []}
        spans={[openSpan(alert, nowMs)]}
        height={300}
        notice={
          readings.error !== null ? (
            describeError(readings.error).detail
          ) : own === undefined ? (
            <Spinner size="xl" />
          ) : own.times.length === 0 ? (
            'The readings of this time are past their retention.'
          ) : undefined
        }
      />
      <p className={list.secondary}>
        {name}
        {hasLimits ? ', with the limits that the rule has now' : ''}. Shaded: while the alert is open.
      </p>
    </>
  );
}

function spanAround({ startedAt, resolvedAt }: Details, nowMs: number): TimeSpan {
  const startMs = Date.parse(startedAt);
  const endMs = resolvedAt === null ? nowMs : Date.parse(resolvedAt);
  const aroundMs = Math.min(Math.max((endMs - startMs) / 2, LEAST_AROUND_MS), MOST_AROUND_MS);
  return { fromMs: startMs - aroundMs, toMs: Math.min(endMs + aroundMs, Math.max(nowMs, endMs)) };
}

function openSpan({ firedAt, resolvedAt, severity }: Details, nowMs: number): FiringSpan {
  return {
    fromMs: Date.parse(firedAt),
    toMs: resolvedAt === null ? nowMs : Date.parse(resolvedAt),
    severity: SEVERITIES.find((known) => known === severity) ?? 'warning',
  };
}

function Story({ alert }: { readonly alert: Details }) {
  const styles = useStyles2(getStyles);
  const list = useStyles2(getListStyles);
  return (
    <ol className={styles.story}>
      {storyOf(alert).map(({ event, told }) => (
        <li key={event.sequence} className={styles.line}>
          <div className={list.secondary}>
            <Moment time={event.time} />
          </div>
          <div>{eventText(event)}</div>
          {told.map((notification) => (
            <div key={`${notification.receiver} ${notification.channelId}`} className={list.secondary}>
              <Icon
                name={
                  notification.deliveredAt === null
                    ? notification.failedAt === null
                      ? 'hourglass'
                      : 'times'
                    : 'check'
                }
              />{' '}
              {toldText(notification)}
            </div>
          ))}
        </li>
      ))}
    </ol>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    facts: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(2, 4),
      marginBottom: theme.spacing(2),
    }),
    label: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    description: css({ maxWidth: 800, whiteSpace: 'pre-wrap' }),
    columns: css({
      display: 'grid',
      gap: theme.spacing(0, 2),
      gridTemplateColumns: 'minmax(0, 1fr)',
      alignItems: 'start',
      [theme.breakpoints.up('lg')]: { gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)' },
    }),
    story: css({ margin: 0, padding: 0, listStyle: 'none' }),
    line: css({
      position: 'relative',
      padding: theme.spacing(0, 0, 2, 2),
      borderLeft: `2px solid ${theme.colors.border.medium}`,
      '&::before': {
        content: '""',
        position: 'absolute',
        left: -6,
        top: 4,
        width: 10,
        height: 10,
        borderRadius: '50%',
        background: theme.colors.primary.main,
      },
    }),
  };
}
