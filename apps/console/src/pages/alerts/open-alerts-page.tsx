import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { SEVERITIES } from '@fieldstream/domain';
import { Alert as Message, Button, Combobox, FilterInput, InlineSwitch, useStyles2 } from '@grafana/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api, dataOf } from '../../client/api.js';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { ActingName } from './acting-name.js';
import { useAlertActing } from './alert-acting.js';
import {
  filtersOf,
  fitting,
  groupedByRule,
  HANDLINGS,
  isFiltered,
  withFilters,
  type AlertFilters,
  type Handling,
} from './alert-filters.js';
import { AlertTable, type AlertChoice } from './alert-table.js';
import { ListLoading } from './list-loading.js';
import { getListStyles } from './list-styles.js';
import { useNow } from './moment.js';
import { deviceOptions, ruleOptions } from './options.js';
import { SnoozeButton } from './snooze-button.js';

/** Most open alerts that are shown at a time. */
const SHOWN = 500;

const HANDLING_LABELS: Readonly<Record<Handling, string>> = {
  all: 'All open',
  unhandled: 'Not yet seen',
  acknowledged: 'Acknowledged',
  snoozed: 'Snoozed',
};

/** Alerts that fire now: to look at, acknowledge and snooze, one or many. Live. */
export function Component() {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const styles = useStyles2(getListStyles);
  const nowMs = useNow();
  const filters = filtersOf(search);
  const change = (edit: Partial<AlertFilters>): void =>
    setSearch((before) => withFilters(before, edit), { replace: true });

  const { device, rule, severity } = filters;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['alerts', 'open', { device, rule, severity }],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/alerts', {
          params: {
            query: {
              state: 'firing',
              limit: SHOWN,
              ...(device === '' ? {} : { device }),
              ...(rule === '' ? {} : { rule }),
              ...(severity === '' ? {} : { severity }),
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const shown = fitting(data?.items ?? [], filters, nowMs);
  const choice = useChoice(shown.map(({ alertId }) => alertId));

  return (
    <Page title="Open alerts" actions={<ActingName />}>
      <FilterBar filters={filters} change={change} />
      {(data?.next ?? null) === null ? null : (
        <Message
          severity="info"
          title={`The newest ${SHOWN} open alerts are shown. Filter by device or rule for others.`}
        />
      )}
      <ChosenBar choice={choice} />
      {error !== null && data === undefined ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <ListLoading what="alerts" />
      ) : shown.length === 0 ? (
        <Nothing
          filters={filters}
          clear={() => setSearch(new URLSearchParams())}
          toRules={() => void navigate('/alerts/rules')}
        />
      ) : filters.isGrouped ? (
        groupedByRule(shown).map(({ ruleId, ruleName, alerts }) => (
          <section key={ruleId} aria-label={ruleName}>
            <GroupHeading name={ruleName} count={alerts.length} />
            <AlertTable alerts={alerts} nowMs={nowMs} caption={`alerts of ${ruleName}`} choice={choice} />
          </section>
        ))
      ) : (
        <AlertTable alerts={shown} nowMs={nowMs} caption="open alerts" choice={choice} />
      )}
      <p className={styles.secondary} aria-live="polite">
        {data === undefined || shown.length === 0 ? '' : `${shown.length} open`}
      </p>
    </Page>
  );
}

function FilterBar(props: {
  readonly filters: AlertFilters;
  readonly change: (edit: Partial<AlertFilters>) => void;
}) {
  const { filters, change } = props;
  const styles = useStyles2(getListStyles);
  return (
    <div className={styles.filters} role="search" aria-label="Filter alerts">
      <div className={styles.search}>
        <FilterInput
          aria-label="Search in alerts"
          placeholder="Search"
          value={filters.text}
          onChange={(text) => change({ text })}
          escapeRegex={false}
        />
      </div>
      <Combobox
        aria-label="Severity"
        width={20}
        value={filters.severity}
        options={[
          { value: '', label: 'Any severity' },
          ...SEVERITIES.map((severity) => ({ value: severity, label: severity })),
        ]}
        onChange={({ value }) => change({ severity: value })}
      />
      <Combobox
        aria-label="State"
        width={20}
        value={filters.handling}
        options={HANDLINGS.map((value) => ({ value, label: HANDLING_LABELS[value] }))}
        onChange={({ value }) => change({ handling: value })}
      />
      <Combobox
        aria-label="Device"
        width={24}
        isClearable
        placeholder="Any device"
        value={filters.device === '' ? null : filters.device}
        options={deviceOptions}
        createCustomValue
        onChange={(option) => change({ device: option?.value ?? '' })}
      />
      <Combobox
        aria-label="Rule"
        width={24}
        isClearable
        placeholder="Any rule"
        value={filters.rule === '' ? null : filters.rule}
        options={ruleOptions}
        onChange={(option) => change({ rule: option?.value ?? '' })}
      />
      <InlineSwitch
        id="group-by-rule"
        label="Group by rule"
        showLabel
        transparent
        value={filters.isGrouped}
        onChange={(event) => change({ isGrouped: event.currentTarget.checked })}
      />
    </div>
  );
}

/** What is ticked; alerts that are no longer shown do not count. */
function useChoice(shownIds: readonly string[]): AlertChoice {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const { act, isActing } = useAlertActing();
  const chosen = new Set(shownIds.filter((id) => ticked.has(id)));
  const choose = (alertIds: readonly string[], isChosen: boolean): void =>
    setTicked((before) => {
      const after = new Set(before);
      for (const id of alertIds) {
        if (isChosen) after.add(id);
        else after.delete(id);
      }
      return after;
    });
  return { chosen, choose, act, isActing };
}

function ChosenBar({ choice }: { readonly choice: AlertChoice }) {
  const styles = useStyles2(getStyles);
  const ids = [...choice.chosen];
  if (ids.length === 0) return null;
  const chooseNone = (): void => choice.choose(ids, false);
  return (
    <div className={styles.chosen} role="region" aria-label="Chosen alerts">
      <span>{ids.length} chosen</span>
      <Button
        icon="eye"
        size="sm"
        disabled={choice.isActing}
        onClick={() => choice.act({ do: 'acknowledge' }, ids, chooseNone)}
      >
        Acknowledge
      </Button>
      <SnoozeButton
        size="sm"
        what="the chosen alerts"
        isDisabled={choice.isActing}
        onSnooze={(untilMs) => choice.act({ do: 'snooze', untilMs }, ids, chooseNone)}
      />
      <Button size="sm" variant="secondary" fill="text" onClick={chooseNone}>
        Choose none
      </Button>
    </div>
  );
}

function GroupHeading({ name, count }: { readonly name: string; readonly count: number }) {
  const styles = useStyles2(getStyles);
  return (
    <h2 className={styles.group}>
      {name} <span className={styles.count}>{count}</span>
    </h2>
  );
}

function Nothing(props: {
  readonly filters: AlertFilters;
  readonly clear: () => void;
  readonly toRules: () => void;
}) {
  if (isFiltered(props.filters)) {
    return (
      <EmptyState title="No open alert fits" icon="search">
        <p>Other alerts may be open.</p>
        <Button variant="secondary" onClick={props.clear}>
          Show all
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing fires" icon="check-circle">
      <p>An alert opens here, at once, when a value meets the condition of a rule.</p>
      <Button variant="secondary" onClick={props.toRules}>
        See the rules
      </Button>
    </EmptyState>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    chosen: css({
      position: 'sticky',
      top: 48,
      zIndex: theme.zIndex.navbarFixed - 1,
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      marginBottom: theme.spacing(1),
      padding: theme.spacing(1),
      background: theme.colors.background.elevated,
      border: `1px solid ${theme.colors.primary.border}`,
      borderRadius: theme.shape.radius.default,
    }),
    group: css({ ...theme.typography.h5, margin: theme.spacing(2, 0, 1) }),
    count: css({ color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular }),
  };
}
