import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Field, IconButton, Input, MultiCombobox, useStyles2 } from '@grafana/ui';
import { Link } from 'react-router';
import { getListStyles } from './list-styles.js';
import { deviceOptions } from './options.js';
import { faultAt, type Faults, type LabelDraft, type RuleDraft } from './rule-draft.js';
import { useMetrics, type WatchedDevices } from './use-signal.js';

type Scope = Pick<RuleDraft, 'devices' | 'metrics' | 'labels'>;

/** Which devices and metrics a rule watches, with those that fit at the moment. */
export function ScopeFields(props: {
  readonly draft: RuleDraft;
  readonly faults: Faults;
  readonly isReadOnly: boolean;
  /** Rules over connections pass metrics over. */
  readonly hasMetrics: boolean;
  readonly watched: WatchedDevices | undefined;
  readonly onChange: (scope: Partial<Scope>) => void;
}) {
  const { draft, faults, isReadOnly, hasMetrics, watched, onChange } = props;
  const metrics = useMetrics(watched?.fitting[0]?.deviceId ?? '').data ?? [];
  const deviceFault = faultAt(faults, 'scope.devices');
  const metricFault = faultAt(faults, 'scope.metrics');
  const offered = [...new Set([...draft.metrics, ...metrics.map(({ metric }) => metric)])];
  return (
    <>
      <Field
        label="Devices"
        description="IDs; * stands for any characters, e.g. greenhouse-*. Empty: all."
        htmlFor="scope-devices"
        invalid={deviceFault !== undefined}
        error={deviceFault}
      >
        <MultiCombobox
          id="scope-devices"
          placeholder="All devices"
          disabled={isReadOnly}
          createCustomValue
          customValueDescription="Use as a pattern"
          options={deviceOptions}
          value={draft.devices.map((value) => ({ value, label: value }))}
          onChange={(options) => onChange({ devices: options.map(({ value }) => value) })}
        />
      </Field>
      {hasMetrics ? (
        <Field
          label="Metrics"
          description="Names, likewise. Empty: all."
          htmlFor="scope-metrics"
          invalid={metricFault !== undefined}
          error={metricFault}
        >
          <MultiCombobox
            id="scope-metrics"
            placeholder="All metrics"
            disabled={isReadOnly}
            createCustomValue
            customValueDescription="Use as a pattern"
            options={offered.map((value) => ({ value, label: value }))}
            value={[...draft.metrics]}
            onChange={(options) => onChange({ metrics: options.map(({ value }) => value) })}
          />
        </Field>
      ) : null}
      <LabelFields
        labels={draft.labels}
        fault={faultAt(faults, 'scope.labels')}
        isReadOnly={isReadOnly}
        onChange={(labels) => onChange({ labels })}
      />
      <Fitting watched={watched} />
    </>
  );
}

function LabelFields(props: {
  readonly labels: readonly LabelDraft[];
  readonly fault: string | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (labels: readonly LabelDraft[]) => void;
}) {
  const { labels, fault, isReadOnly, onChange } = props;
  const styles = useStyles2(getStyles);
  const replace = (index: number, label: LabelDraft): void =>
    onChange(labels.map((before, at) => (at === index ? label : before)));
  return (
    <div className={styles.labels}>
      {labels.map(({ label, values }, index) => (
        // Rows have no name of their own while one is typed.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={styles.label}>
          <Input
            aria-label={`Label ${index + 1}`}
            placeholder="label, e.g. site"
            disabled={isReadOnly}
            value={label}
            onChange={(event) => replace(index, { label: event.currentTarget.value, values })}
          />
          <MultiCombobox
            aria-label={`Values of label ${index + 1}`}
            placeholder="values, e.g. north*"
            disabled={isReadOnly}
            createCustomValue
            options={values.map((value) => ({ value, label: value }))}
            value={[...values]}
            onChange={(options) => replace(index, { label, values: options.map(({ value }) => value) })}
          />
          {isReadOnly ? null : (
            <IconButton
              name="trash-alt"
              tooltip={`Remove label ${index + 1}`}
              onClick={() => onChange(labels.filter((_, at) => at !== index))}
            />
          )}
        </div>
      ))}
      {fault === undefined ? null : <p role="alert">{fault}</p>}
      {isReadOnly ? null : (
        <Button
          type="button"
          size="sm"
          variant="secondary"
          fill="outline"
          icon="plus"
          onClick={() => onChange([...labels, { label: '', values: [] }])}
        >
          Only devices with a label
        </Button>
      )}
    </div>
  );
}

/** Names that are listed. */
const LISTED = 6;

function Fitting({ watched }: { readonly watched: WatchedDevices | undefined }) {
  const styles = useStyles2(getStyles);
  const list = useStyles2(getListStyles);
  if (watched === undefined) return <p className={styles.fitting}>Looking for devices…</p>;
  const { fitting, hasMore } = watched;
  const count = `${hasMore ? 'At least ' : ''}${fitting.length} ${fitting.length === 1 ? 'device fits' : 'devices fit'}`;
  return (
    <p className={styles.fitting} aria-live="polite">
      <strong>{count}</strong>
      {fitting.length === 0 ? ' now. Devices that appear later are watched, too.' : ': '}
      {fitting.slice(0, LISTED).map(({ deviceId }, index) => (
        <span key={deviceId}>
          {index === 0 ? '' : ', '}
          <Link className={list.link} to={`/devices/${encodeURIComponent(deviceId)}`}>
            {deviceId}
          </Link>
        </span>
      ))}
      {fitting.length > LISTED ? ` and ${fitting.length - LISTED} more` : ''}
    </p>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    labels: css({
      display: 'grid',
      gap: theme.spacing(1),
      justifyItems: 'start',
      marginBottom: theme.spacing(1),
    }),
    label: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), width: '100%' }),
    fitting: css({ minHeight: 44, color: theme.colors.text.secondary }),
  };
}
