import { css } from '@emotion/css';
import { ruleKind, SEVERITIES, type Severity } from '@fieldstream/domain';
import type { GrafanaTheme2 } from '@grafana/data';
import {
  Alert,
  Button,
  Combobox,
  ConfirmModal,
  Field,
  Input,
  MultiCombobox,
  Switch,
  TextArea,
  useStyles2,
} from '@grafana/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { ApiError } from '../../client/api-error.js';
import { api, dataOf, type Schema } from '../../client/api.js';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { useNotices } from '../../shell/notices.js';
import { ConditionFields } from './condition-fields.js';
import { getListStyles } from './list-styles.js';
import { DurationInput } from './parsed-input.js';
import { ProvenanceMessage } from './provenance-message.js';
import { useRuleChanges } from './rule-changes.js';
import {
  copyOf,
  draftOf,
  faultAt,
  faultMap,
  faultsOf,
  idOf,
  newDraft,
  ruleOf,
  withKind,
  withSeverity,
  type Faults,
  type RuleDraft,
} from './rule-draft.js';
import { formOf } from './rule-kind-forms.js';
import { ScopeFields } from './scope-fields.js';
import { Section } from './section.js';
import { SignalSection } from './signal-section.js';
import { useWatchedDevices } from './use-signal.js';

const FIRST_KIND = 'threshold';
const FIRST_PARAMS = { operator: '>', threshold: 30 };

/** A rule, new or stored, as a form beside its signal. `?copy=<id>` begins with a copy, `?device=&metric=` with a series. */
export function Component() {
  const { id } = useParams();
  const [search] = useSearchParams();
  const source = id ?? search.get('copy') ?? undefined;
  const stored = useQuery({
    queryKey: ['alerts', 'rule', source],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/rules/{id}', { params: { path: { id: source ?? '' } }, signal })),
    enabled: source !== undefined,
  });
  const kinds = useQuery({
    queryKey: ['rule-kinds'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/rule-kinds', { signal })),
    staleTime: Infinity,
  });
  const device = search.get('device') ?? '';
  const metric = search.get('metric') ?? '';

  const error = stored.error ?? kinds.error;
  if (error instanceof ApiError && error.problem.kind === 'not-found') {
    return (
      <Page title="No such rule">
        <EmptyState title={`There is no rule ${source}`} icon="list-ul">
          <Link to="/alerts/rules">All rules</Link>
        </EmptyState>
      </Page>
    );
  }
  if (error !== null && kinds.data === undefined) {
    return (
      <Page title="Rule">
        <ErrorState error={error} retry={() => void Promise.all([stored.refetch(), kinds.refetch()])} />
      </Page>
    );
  }
  if (kinds.data === undefined || (source !== undefined && stored.data === undefined)) {
    return (
      <Page title="Rule">
        <PageLoading what="Loading the rule" />
      </Page>
    );
  }
  const beginning =
    stored.data === undefined
      ? newDraft(FIRST_KIND, FIRST_PARAMS, {
          devices: device === '' ? [] : [device],
          metrics: metric === '' ? [] : [metric],
        })
      : id === undefined
        ? copyOf(draftOf(stored.data))
        : draftOf(stored.data);
  return (
    <RuleEditor
      // Another rule is another form; the same one, told again, leaves what is being edited.
      key={`${id} ${source}`}
      beginning={beginning}
      stored={id === undefined ? undefined : stored.data}
      kinds={kinds.data.items}
      first={{ device, metric }}
    />
  );
}

function RuleEditor(props: {
  readonly beginning: RuleDraft;
  /** The rule that is edited; undefined for a new one. */
  readonly stored: Schema<'Rule'> | undefined;
  readonly kinds: Schema<'RuleKindList'>['items'];
  readonly first: { readonly device: string; readonly metric: string };
}) {
  const { beginning, stored, kinds, first } = props;
  const styles = useStyles2(getStyles);
  const [draft, setDraft] = useState(beginning);
  const [isIdOwn, setIdOwn] = useState(beginning.id !== '');
  const [wasTried, setTried] = useState(false);
  const change = (edit: Partial<RuleDraft>): void => setDraft((before) => ({ ...before, ...edit }));
  const onParams = (params: RuleDraft['params']): void => change({ params });
  const isReadOnly = stored !== undefined && stored.provenance !== null;

  const own = useMemo(() => faultsOf(draft), [draft]);
  const saving = useSaving(stored);
  const refused = refusedFaults(saving.error);
  // What has not been filled in yet is no fault before somebody tries to save it.
  const shown: Faults = new Map([
    ...refused,
    ...[...own].filter(([field]) => wasTried || (field !== 'id' && field !== 'name')),
  ]);
  const watched = useWatchedDevices(draft).data;
  const submit = (): void => {
    setTried(true);
    if (own.size === 0) saving.mutate(draft);
    else document.getElementById(own.has('name') ? 'rule-name' : 'rule-form')?.focus();
  };
  const title = stored === undefined ? 'New rule' : stored.name;
  return (
    <Page
      title={title}
      subtitle={stored === undefined ? undefined : `Rule ${stored.id}`}
      actions={<RuleActions stored={stored} />}
    >
      {stored === undefined || stored.provenance === null ? null : (
        <ProvenanceMessage what="rule" file={stored.provenance} />
      )}
      <form
        id="rule-form"
        tabIndex={-1}
        className={styles.form}
        noValidate
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className={styles.first}>
          <Section title="What it watches">
            <ScopeFields
              draft={draft}
              faults={shown}
              isReadOnly={isReadOnly}
              hasMetrics={ruleKind(draft.kind)?.source !== 'presence'}
              watched={watched}
              onChange={change}
            />
          </Section>
          <Section title="When it fires">
            <KindField
              draft={draft}
              kinds={kinds}
              isReadOnly={isReadOnly}
              onKind={(kind, example) => setDraft((before) => withKind(before, kind, example))}
            />
            <ConditionFields draft={draft} faults={shown} isReadOnly={isReadOnly} onParams={onParams} />
            <div className={styles.row}>
              <DurationField
                id="rule-for"
                label="For at least"
                help="How long the breach must last before it fires."
                value={draft.forMs}
                fault={faultAt(shown, 'forMs')}
                isReadOnly={isReadOnly}
                onChange={(forMs) => change({ forMs })}
              />
              <DurationField
                id="rule-clear-for"
                label="Clear for at least"
                help="How long it must be clear before it ends."
                value={draft.clearForMs}
                fault={faultAt(shown, 'clearForMs')}
                isReadOnly={isReadOnly}
                onChange={(clearForMs) => change({ clearForMs })}
              />
            </div>
          </Section>
        </div>
        <div className={styles.signal}>
          <SignalSection
            draft={draft}
            faults={own}
            watched={watched}
            first={first}
            onParams={isReadOnly ? undefined : onParams}
          />
        </div>
        <div className={styles.second}>
          <Section title="What people are told">
            <Field
              label="Name"
              required
              htmlFor="rule-name"
              invalid={shown.has('name')}
              error={shown.get('name')}
            >
              <Input
                id="rule-name"
                value={draft.name}
                disabled={isReadOnly}
                placeholder="Greenhouse too hot"
                onChange={(event) => {
                  const name = event.currentTarget.value;
                  change(stored === undefined && !isIdOwn ? { name, id: idOf(name) } : { name });
                }}
              />
            </Field>
            {stored === undefined ? (
              <Field
                label="ID"
                required
                description="Lower-case letters, digits and hyphens. It never changes."
                htmlFor="rule-id"
                invalid={shown.has('id')}
                error={shown.get('id')}
              >
                <Input
                  id="rule-id"
                  value={draft.id}
                  onChange={(event) => {
                    setIdOwn(event.currentTarget.value !== '');
                    change({ id: event.currentTarget.value });
                  }}
                />
              </Field>
            ) : null}
            <Field
              label="Description"
              description="What it means and what to do. It is in every notification."
              htmlFor="rule-description"
              invalid={shown.has('description')}
              error={shown.get('description')}
            >
              <TextArea
                id="rule-description"
                rows={3}
                value={draft.description}
                disabled={isReadOnly}
                placeholder="Check the vents."
                onChange={(event) => change({ description: event.currentTarget.value })}
              />
            </Field>
            <div className={styles.row}>
              <Field
                label="Severity"
                htmlFor="rule-severity"
                invalid={shown.has('severity')}
                error={shown.get('severity')}
              >
                <Combobox
                  id="rule-severity"
                  width={20}
                  disabled={isReadOnly}
                  value={draft.severity}
                  options={SEVERITIES.map((value) => ({ value, label: value }))}
                  onChange={({ value }: { value: Severity }) =>
                    setDraft((before) => withSeverity(before, value))
                  }
                />
              </Field>
              <Field label="Enabled" htmlFor="rule-enabled">
                <Switch
                  id="rule-enabled"
                  value={draft.enabled}
                  disabled={isReadOnly}
                  onChange={(event) => change({ enabled: event.currentTarget.checked })}
                />
              </Field>
            </div>
            <ChannelsField
              chosen={draft.channels}
              fault={faultAt(shown, 'notify')}
              isReadOnly={isReadOnly}
              onChange={(channels) => change({ channels })}
            />
          </Section>
          {isReadOnly ? null : (
            <SaveBar
              isNew={stored === undefined}
              isSaving={saving.isPending}
              error={saving.error}
              faultCount={wasTried ? own.size : 0}
            />
          )}
        </div>
      </form>
    </Page>
  );
}

function useSaving(stored: Schema<'Rule'> | undefined) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const notices = useNotices();
  return useMutation({
    mutationFn: (draft: RuleDraft) => {
      const body = ruleOf(draft);
      if (stored === undefined) return dataOf(api.POST('/api/rules', { body }));
      return dataOf(api.PUT('/api/rules/{id}', { params: { path: { id: stored.id } }, body }));
    },
    onSuccess: async ({ id, name }) => {
      notices.done(`${name} is saved. It takes effect within seconds.`);
      await client.invalidateQueries({ queryKey: ['alerts'] });
      if (stored === undefined) await navigate(`/alerts/rules/${id}`);
    },
  });
}

function refusedFaults(error: Error | null): Faults {
  if (!(error instanceof ApiError)) return new Map();
  if (error.problem.kind === 'conflict') return new Map([['id', error.problem.detail]]);
  return faultMap(error.problem.errors ?? []);
}

function RuleActions({ stored }: { readonly stored: Schema<'Rule'> | undefined }) {
  const navigate = useNavigate();
  const { removing } = useRuleChanges(() => navigate('/alerts/rules'));
  const [isAsking, setAsking] = useState(false);
  if (stored === undefined) return null;
  const query = new URLSearchParams({ rule: stored.id }).toString();
  return (
    <>
      <Button variant="secondary" icon="history" onClick={() => void navigate(`/alerts/history?${query}`)}>
        Its alerts
      </Button>
      <Button
        variant="secondary"
        icon="copy"
        onClick={() => void navigate(`/alerts/rules/new?copy=${encodeURIComponent(stored.id)}`)}
      >
        Copy
      </Button>
      {stored.provenance === null ? (
        <Button variant="destructive" fill="outline" icon="trash-alt" onClick={() => setAsking(true)}>
          Delete
        </Button>
      ) : null}
      <ConfirmModal
        isOpen={isAsking}
        title="Delete the rule?"
        body={`${stored.name} is deleted, and its open alerts are resolved. Its history stays.`}
        confirmText="Delete"
        onDismiss={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          removing.mutate(stored);
        }}
      />
    </>
  );
}

function KindField(props: {
  readonly draft: RuleDraft;
  readonly kinds: Schema<'RuleKindList'>['items'];
  readonly isReadOnly: boolean;
  readonly onKind: (kind: string, example: RuleDraft['params']) => void;
}) {
  const { draft, kinds, isReadOnly, onKind } = props;
  return (
    <Field
      label="Kind"
      htmlFor="rule-kind"
      description={kinds.find(({ kind }) => kind === draft.kind)?.summary}
    >
      <Combobox
        id="rule-kind"
        disabled={isReadOnly}
        value={draft.kind}
        options={kinds.map(({ kind, summary }) => ({
          value: kind,
          label: formOf(kind).title,
          description: summary,
        }))}
        onChange={({ value }) => {
          const example = kinds.find(({ kind }) => kind === value)?.examples[0]?.params ?? {};
          onKind(value, example);
        }}
      />
    </Field>
  );
}

function DurationField(props: {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly value: number | undefined;
  readonly fault: string | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (value: number) => void;
}) {
  const { id, label, help, value, fault, isReadOnly, onChange } = props;
  return (
    <Field
      label={label}
      description={help}
      htmlFor={id}
      invalid={fault !== undefined}
      error={fault === undefined ? undefined : 'E.g. 30s, 5m or 1h 30m; up to 30d.'}
    >
      <DurationInput
        id={id}
        width={16}
        disabled={isReadOnly}
        value={value === 0 ? undefined : value}
        onChange={(ms) => onChange(ms ?? 0)}
      />
    </Field>
  );
}

function ChannelsField(props: {
  readonly chosen: readonly string[];
  readonly fault: string | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (channels: readonly string[]) => void;
}) {
  const { chosen, fault, isReadOnly, onChange } = props;
  const list = useStyles2(getListStyles);
  const { data } = useQuery({
    queryKey: ['alerts', 'channels'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/channels', { signal })),
  });
  const known = data?.items ?? [];
  const missing = chosen.filter((id) => !known.some((channel) => channel.id === id));
  return (
    <>
      <Field
        label="Channels"
        description="Who is told. MQTT subscribers and this console are in any case."
        htmlFor="rule-channels"
        invalid={fault !== undefined}
        error={fault}
      >
        <MultiCombobox
          id="rule-channels"
          disabled={isReadOnly}
          placeholder={known.length === 0 ? 'No channel yet' : 'Nobody'}
          options={[
            ...known.map(({ id, name, type }) => ({ value: id, label: name, description: type })),
            ...missing.map((id) => ({ value: id, label: id })),
          ]}
          value={[...chosen]}
          onChange={(options) => onChange(options.map(({ value }) => value))}
        />
      </Field>
      {known.length === 0 ? (
        <p className={list.secondary}>
          <Link className={list.link} to="/alerts/channels/new">
            Make a channel
          </Link>{' '}
          to be told by mail, chat or a webhook.
        </p>
      ) : null}
    </>
  );
}

function SaveBar(props: {
  readonly isNew: boolean;
  readonly isSaving: boolean;
  readonly error: Error | null;
  readonly faultCount: number;
}) {
  const { isNew, isSaving, error, faultCount } = props;
  const styles = useStyles2(getStyles);
  const navigate = useNavigate();
  return (
    <>
      {error === null ? null : <ErrorState error={error} />}
      {faultCount === 0 ? null : (
        <Alert
          severity="warning"
          title={`${faultCount} ${faultCount === 1 ? 'field has' : 'fields have'} to be put right first.`}
        />
      )}
      <div className={styles.save}>
        <Button type="submit" disabled={isSaving}>
          {isSaving ? 'Saving…' : isNew ? 'Make the rule' : 'Save'}
        </Button>
        <Button
          type="button"
          variant="secondary"
          fill="outline"
          onClick={() => void navigate('/alerts/rules')}
        >
          Cancel
        </Button>
      </div>
    </>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    form: css({
      display: 'grid',
      gap: theme.spacing(0, 2),
      outline: 'none',
      gridTemplateColumns: 'minmax(0, 1fr)',
      [theme.breakpoints.up('lg')]: {
        gridTemplateColumns: 'minmax(360px, 2fr) minmax(0, 3fr)',
        gridTemplateRows: 'auto 1fr',
        gridTemplateAreas: '"first signal" "second signal"',
      },
    }),
    first: css({ minWidth: 0, [theme.breakpoints.up('lg')]: { gridArea: 'first' } }),
    second: css({ minWidth: 0, [theme.breakpoints.up('lg')]: { gridArea: 'second' } }),
    signal: css({
      minWidth: 0,
      marginBottom: theme.spacing(2),
      [theme.breakpoints.up('lg')]: { gridArea: 'signal', position: 'sticky', top: 56, alignSelf: 'start' },
    }),
    row: css({ display: 'flex', flexWrap: 'wrap', columnGap: theme.spacing(2) }),
    save: css({ display: 'flex', gap: theme.spacing(1), paddingBottom: theme.spacing(2) }),
  };
}
