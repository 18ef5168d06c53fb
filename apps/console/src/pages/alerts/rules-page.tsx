import { SEVERITIES } from '@fieldstream/domain';
import {
  Alert,
  Badge,
  Button,
  Combobox,
  ConfirmModal,
  FilterInput,
  IconButton,
  Switch,
  useStyles2,
} from '@grafana/ui';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import type { Schema } from '../../client/api.js';
import { api, dataOf } from '../../client/api.js';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { Cell } from './cell.js';
import { ListLoading } from './list-loading.js';
import { getListStyles } from './list-styles.js';
import { useRuleChanges } from './rule-changes.js';
import { KIND_FORMS, formOf } from './rule-kind-forms.js';
import { conditionText, scopeText, severitiesOf } from './rule-text.js';
import { SeverityBadge } from './severity-badge.js';
import { useSettled } from './use-signal.js';

type Rule = Schema<'Rule'>;

const PAGE = 100;
const NAMES = ['q', 'kind', 'enabled', 'severity', 'origin'] as const;

/** All rules: to find, switch on and off, copy and delete. */
export function Component() {
  const styles = useStyles2(getListStyles);
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const get = (name: (typeof NAMES)[number]): string => search.get(name) ?? '';
  const change = (name: (typeof NAMES)[number], value: string): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  const text = useSettled(get('q').trim(), 250);
  const [kind, enabled, severity, origin] = [get('kind'), get('enabled'), get('severity'), get('origin')];

  const { data, error, isPending, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } =
    useInfiniteQuery({
      queryKey: ['alerts', 'rules', { text, kind, enabled }],
      queryFn: ({ pageParam, signal }) => {
        const wanted = { text, kind, enabled, cursor: pageParam };
        const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''));
        return dataOf(api.GET('/api/rules', { params: { query: { limit: PAGE, ...given } }, signal }));
      },
      initialPageParam: '',
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    });
  const faulty = data?.pages[0]?.faulty ?? [];
  const rules = (data?.pages.flatMap(({ items }) => items) ?? []).filter(
    (rule) =>
      (severity === '' || severitiesOf(rule).some((own) => own === severity)) &&
      (origin === '' || (rule.provenance === null) === (origin === 'here')),
  );
  const isFiltered = NAMES.some((name) => get(name) !== '');
  const [deleting, setDeleting] = useState<Rule>();
  const { enabling, removing } = useRuleChanges();
  const isBusy = enabling.isPending || removing.isPending;

  return (
    <Page
      title="Alert rules"
      actions={
        <Button icon="plus" onClick={() => void navigate('/alerts/rules/new')}>
          New rule
        </Button>
      }
    >
      <div className={styles.filters} role="search" aria-label="Filter rules">
        <div className={styles.search}>
          <FilterInput
            aria-label="Search in rules"
            placeholder="Search"
            escapeRegex={false}
            value={get('q')}
            onChange={(value) => change('q', value)}
          />
        </div>
        <Choice
          label="Kind"
          any="Any kind"
          value={kind}
          options={KIND_FORMS.map((form) => [form.kind, form.title])}
          onChange={(value) => change('kind', value)}
        />
        <Choice
          label="State"
          any="On and off"
          value={enabled}
          options={[
            ['true', 'Enabled'],
            ['false', 'Disabled'],
          ]}
          onChange={(value) => change('enabled', value)}
        />
        <Choice
          label="Severity"
          any="Any severity"
          value={severity}
          options={SEVERITIES.map((known) => [known, known])}
          onChange={(value) => change('severity', value)}
        />
        <Choice
          label="Made in"
          any="Made anywhere"
          value={origin}
          options={[
            ['here', 'Made here'],
            ['file', 'From a file'],
          ]}
          onChange={(value) => change('origin', value)}
        />
      </div>
      {faulty.map(({ id, problems }) => (
        <Alert key={id} severity="error" title={`The rule ${id} cannot be evaluated`}>
          {problems.map(({ field, fault }) => `${field} ${fault}`).join('; ')}
        </Alert>
      ))}
      {error !== null && data === undefined ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <ListLoading what="rules" />
      ) : rules.length === 0 ? (
        <EmptyState title={isFiltered ? 'No rule fits' : 'No rule yet'} icon="list-ul">
          {isFiltered ? (
            <Button variant="secondary" onClick={() => setSearch(new URLSearchParams())}>
              Show all
            </Button>
          ) : (
            <>
              <p>
                A rule says when an alert opens: a value beyond a limit, a device that falls silent, and so
                on.
              </p>
              <Button icon="plus" onClick={() => void navigate('/alerts/rules/new')}>
                Make the first rule
              </Button>
            </>
          )}
        </EmptyState>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">On</th>
              <th scope="col">Rule</th>
              <th scope="col">Condition</th>
              <th scope="col">Severity</th>
              <th scope="col">Tells</th>
              <th scope="col">Actions</th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule) => (
              <RuleRow
                key={rule.id}
                rule={rule}
                isBusy={isBusy}
                // As it will be, while it is being changed.
                isOn={
                  enabling.isPending && enabling.variables.id === rule.id
                    ? enabling.variables.enabled
                    : rule.enabled
                }
                onEnable={(isOn) => enabling.mutate({ id: rule.id, enabled: isOn })}
                onCopy={() => void navigate(`/alerts/rules/new?copy=${encodeURIComponent(rule.id)}`)}
                onDelete={() => setDeleting(rule)}
              />
            ))}
          </tbody>
        </table>
      )}
      {hasNextPage ? (
        <div className={styles.more}>
          <Button variant="secondary" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? 'Loading…' : 'Show more'}
          </Button>
        </div>
      ) : null}
      <ConfirmModal
        isOpen={deleting !== undefined}
        title="Delete the rule?"
        body={`${deleting?.name ?? ''} is deleted, and its open alerts are resolved. Its history stays.`}
        confirmText="Delete"
        onDismiss={() => setDeleting(undefined)}
        onConfirm={() => {
          if (deleting !== undefined) removing.mutate(deleting);
          setDeleting(undefined);
        }}
      />
    </Page>
  );
}

function Choice(props: {
  readonly label: string;
  readonly any: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}) {
  const { label, any, value, options, onChange } = props;
  return (
    <Combobox
      aria-label={label}
      width={20}
      value={value}
      options={[{ value: '', label: any }, ...options.map(([one, title]) => ({ value: one, label: title }))]}
      onChange={(option) => onChange(option.value)}
    />
  );
}

function RuleRow(props: {
  readonly rule: Rule;
  readonly isBusy: boolean;
  readonly isOn: boolean;
  readonly onEnable: (isOn: boolean) => void;
  readonly onCopy: () => void;
  readonly onDelete: () => void;
}) {
  const { rule, isBusy, isOn, onEnable, onCopy, onDelete } = props;
  const styles = useStyles2(getListStyles);
  const { id, name, provenance } = rule;
  const isOwn = provenance === null;
  return (
    <tr>
      <Cell label="On">
        <Switch
          id={`on-${id}`}
          aria-label={`${name} is on`}
          value={isOn}
          disabled={!isOwn || isBusy}
          onChange={(event) => onEnable(event.currentTarget.checked)}
        />
      </Cell>
      <Cell label="Rule">
        <div>
          <Link className={styles.strong} to={`/alerts/rules/${id}`}>
            {name}
          </Link>{' '}
          {isOwn ? null : (
            <Badge
              color="purple"
              icon="file-alt"
              text={provenance}
              title="A file defines it; it is changed there."
            />
          )}
          <div className={styles.secondary}>{scopeText(rule)}</div>
        </div>
      </Cell>
      <Cell label="Condition">
        <div>
          {conditionText(rule)}
          <div className={styles.secondary}>{formOf(rule.kind).title}</div>
        </div>
      </Cell>
      <Cell label="Severity">
        <div className={styles.badges}>
          {severitiesOf(rule).map((severity) => (
            <SeverityBadge key={severity} severity={severity} />
          ))}
        </div>
      </Cell>
      <Cell label="Tells">
        {rule.notify.channels.length === 0 ? 'nobody' : rule.notify.channels.join(', ')}
      </Cell>
      <Cell>
        <div className={styles.actions}>
          <IconButton name="copy" tooltip={`Copy ${name}`} onClick={onCopy} />
          {isOwn ? (
            <IconButton name="trash-alt" tooltip={`Delete ${name}`} disabled={isBusy} onClick={onDelete} />
          ) : null}
        </div>
      </Cell>
    </tr>
  );
}
