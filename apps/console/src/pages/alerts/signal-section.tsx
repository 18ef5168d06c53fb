import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Combobox, RadioButtonGroup, Spinner, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { Link } from 'react-router';
import { describeError } from '../../components/states.js';
import { firingSpans, gapsOf, verdictOf } from './back-test-view.js';
import { comparedSignal, signalName } from './compared-signal.js';
import { limitLines, withLimit, type Params } from './limits.js';
import { getListStyles } from './list-styles.js';
import { deviceOptions } from './options.js';
import { faultAt, type Faults, type RuleDraft } from './rule-draft.js';
import { formOf } from './rule-kind-forms.js';
import { watchesMetric } from './scope-match.js';
import { SignalChart } from './signal-chart.js';
import { useBackTest, useMetrics, useReadings, type TimeSpan, type WatchedDevices } from './use-signal.js';

const HOUR_MS = 60 * 60 * 1_000;
const RANGES = [
  { value: HOUR_MS, label: '1 h' },
  { value: 6 * HOUR_MS, label: '6 h' },
  { value: 24 * HOUR_MS, label: '24 h' },
  { value: 7 * 24 * HOUR_MS, label: '7 d' },
];
const CHART_HEIGHT = 320;

interface SignalSectionProps {
  readonly draft: RuleDraft;
  readonly faults: Faults;
  readonly watched: WatchedDevices | undefined;
  /** Not given where the rule cannot be changed here. */
  readonly onParams?: (params: Params) => void;
  /** The series that is shown first, e.g. the one that a person came from. */
  readonly first?: { readonly device: string; readonly metric: string };
}

/** The signal of one series that the rule watches, with its limits to drag, and what the rule would have done to all of them. */
export function SignalSection({ draft, faults, watched, onParams, first }: SignalSectionProps) {
  const styles = useStyles2(getStyles);
  const [chosenDevice, setDevice] = useState(first?.device ?? '');
  const [chosenMetric, setMetric] = useState(first?.metric ?? '');
  const { span, spanMs, choose } = useSpan();

  const device = chosenDevice === '' ? (watched?.fitting[0]?.deviceId ?? '') : chosenDevice;
  const metrics = useMetrics(device).data?.map(({ metric }) => metric) ?? [];
  const known = chosenMetric !== '' && metrics.includes(chosenMetric) ? chosenMetric : undefined;
  const metric = known ?? metrics.find((name) => watchesMetric(draft, name)) ?? metrics[0] ?? '';

  const form = formOf(draft.kind);
  const readings = useReadings({ deviceId: device, metric, span, asText: draft.kind === 'state' });
  const own = readings.data?.signal;
  const compared = own === undefined ? undefined : comparedSignal(draft.kind, draft.params, own);
  const name = signalName(draft.kind, draft.params, `${metric} of ${device}`);

  const isValid = !['params', 'scope', 'kind', 'severity', 'forMs', 'clearForMs'].some(
    (field) => faultAt(faults, field) !== undefined,
  );
  const backTest = useBackTest(draft, span, isValid);
  const spans = backTest.data === undefined || !isValid ? [] : firingSpans(backTest.data, device, metric);
  const isEmpty = own !== undefined && own.times.length === 0;
  return (
    <section className={styles.section} aria-label="Signal and back-test">
      <h2 className={styles.heading}>Signal and back-test</h2>
      <div className={styles.controls}>
        <Combobox
          aria-label="Device that is drawn"
          width={28}
          placeholder="Device"
          value={device === '' ? null : device}
          options={
            watched === undefined || watched.fitting.length === 0
              ? deviceOptions
              : watched.fitting.map(({ deviceId, name: title }) => ({
                  value: deviceId,
                  label: deviceId,
                  description: title ?? undefined,
                }))
          }
          onChange={({ value }) => setDevice(value)}
        />
        <Combobox
          aria-label="Metric that is drawn"
          width={22}
          placeholder="Metric"
          value={metric === '' ? null : metric}
          options={metrics.map((value) => ({ value, label: value }))}
          onChange={({ value }) => setMetric(value)}
        />
        <RadioButtonGroup aria-label="Time" options={RANGES} value={spanMs} onChange={choose} />
        <Button
          variant="secondary"
          icon="sync"
          aria-label="Up to now"
          tooltip="Up to now"
          onClick={() => choose(spanMs)}
        />
      </div>
      <SignalChart
        signal={compared ?? own}
        name={name}
        unit={compared === undefined ? readings.data?.unit : undefined}
        fromMs={span.fromMs}
        toMs={span.toMs}
        lines={form.comparison === undefined ? [] : limitLines(draft.params, draft.severity)}
        onMove={
          onParams === undefined
            ? undefined
            : (place, value) => onParams(withLimit(draft.params, place, value))
        }
        spans={spans}
        height={CHART_HEIGHT}
        notice={chartNotice({
          device,
          metric,
          error: readings.error,
          isPending: readings.isPending,
          isEmpty,
        })}
      />
      <p className={styles.legend}>
        Drawn: {name}.
        {form.comparison === undefined || onParams === undefined
          ? ''
          : ' Drag a line, or focus it and press the arrow keys.'}
      </p>
      <BackTestResult result={backTest} isValid={isValid} device={device} onDevice={setDevice} />
    </section>
  );
}

function useSpan() {
  const [span, setSpan] = useState<TimeSpan>(() => spanOf(6 * HOUR_MS));
  return {
    span,
    spanMs: span.toMs - span.fromMs,
    choose: (lengthMs: number) => setSpan(spanOf(lengthMs)),
  };
}

function spanOf(lengthMs: number): TimeSpan {
  const toMs = Date.now();
  return { fromMs: toMs - lengthMs, toMs };
}

function chartNotice(of: {
  readonly device: string;
  readonly metric: string;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isEmpty: boolean;
}) {
  const { device, metric, error, isPending, isEmpty } = of;
  if (device === '') return 'No device fits yet. Choose one to see its signal.';
  if (metric === '') return 'This device has reported no metric yet.';
  if (error !== null) return describeError(error).detail;
  if (isPending) return <Spinner size="xl" />;
  return isEmpty ? 'No readings in this time.' : undefined;
}

function BackTestResult(props: {
  readonly result: ReturnType<typeof useBackTest>;
  readonly isValid: boolean;
  readonly device: string;
  readonly onDevice: (deviceId: string) => void;
}) {
  const { result, isValid, device, onDevice } = props;
  const { data, error, isFetching, refetch } = result;
  const styles = useStyles2(getStyles);
  const list = useStyles2(getListStyles);
  if (!isValid) {
    return <p className={styles.verdict}>The back-test runs once the condition is complete.</p>;
  }
  if (error !== null) {
    const { title, detail } = describeError(error);
    return (
      <div role="alert" className={styles.verdict}>
        The back-test failed. {title}: {detail}{' '}
        <Button size="sm" variant="secondary" onClick={() => void refetch()}>
          Try again
        </Button>
      </div>
    );
  }
  const fired = data?.series.filter(({ firings }) => firings > 0) ?? [];
  return (
    <div className={styles.result} aria-busy={isFetching}>
      <p className={styles.verdict} aria-live="polite">
        {data === undefined ? 'Testing…' : verdictOf(data)} {isFetching ? <Spinner inline size="sm" /> : null}
      </p>
      {data === undefined
        ? null
        : gapsOf(data).map((gap) => (
            <p key={gap} className={list.secondary}>
              {gap}
            </p>
          ))}
      {fired.length === 0 ? null : (
        <ul className={styles.fired} aria-label="What would have fired">
          {fired
            .toSorted((a, b) => b.firings - a.firings)
            .slice(0, LISTED)
            .map(({ deviceId, metric, firings, naiveFirings }) => (
              <li key={`${deviceId} ${metric}`}>
                <Button
                  size="sm"
                  variant={deviceId === device ? 'primary' : 'secondary'}
                  fill="outline"
                  onClick={() => onDevice(deviceId)}
                  aria-label={`Draw ${deviceId}`}
                >
                  {deviceId}
                </Button>{' '}
                {metric} {firings}× {naiveFirings <= firings ? '' : `(else ${naiveFirings}×)`}{' '}
                <Link className={list.link} to={`/devices/${encodeURIComponent(deviceId)}`}>
                  device
                </Link>
              </li>
            ))}
        </ul>
      )}
      {fired.length > LISTED ? <p className={list.secondary}>and {fired.length - LISTED} more</p> : null}
    </div>
  );
}

/** Subjects that are listed below the verdict. */
const LISTED = 8;

function getStyles(theme: GrafanaTheme2) {
  return {
    section: css({
      padding: theme.spacing(2),
      background: theme.colors.background.primary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      [theme.breakpoints.down('sm')]: { padding: theme.spacing(1) },
    }),
    heading: css({ ...theme.typography.h5, margin: theme.spacing(0, 0, 1) }),
    controls: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(1),
      marginBottom: theme.spacing(1),
    }),
    legend: css({
      margin: theme.spacing(0.5, 0, 1),
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    verdict: css({ minHeight: 24, margin: 0, fontWeight: theme.typography.fontWeightMedium }),
    result: css({ minHeight: 72 }),
    fired: css({
      display: 'grid',
      gap: theme.spacing(0.5),
      margin: theme.spacing(1, 0, 0),
      padding: 0,
      listStyle: 'none',
    }),
  };
}
