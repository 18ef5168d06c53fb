import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, Icon, Input, MultiCombobox, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { labelsQuery } from './device-queries.js';
import { SHOWN, SORTS, type ListState } from './list-state.js';

/** A person who types has stopped. */
const TYPING_MS = 250;

/** Search, choice, labels and order of the list. Every change begins at the first page. */
export function DeviceFilters(props: {
  readonly state: ListState;
  readonly change: (change: Partial<ListState>) => void;
}) {
  const styles = useStyles2(getStyles);
  const { state, change } = props;
  const { data: labels = [] } = useQuery(labelsQuery);
  return (
    <div className={styles.filters} role="search" aria-label="Devices">
      <div className={styles.search}>
        <SearchField value={state.search} change={(search) => change({ search })} />
      </div>
      <div className={styles.choice}>
        <Combobox
          aria-label="Show"
          options={[...SHOWN]}
          value={state.show}
          onChange={({ value }) => change({ show: value })}
        />
      </div>
      <div className={styles.labels}>
        <MultiCombobox
          aria-label="Labels"
          placeholder="Site and labels"
          isClearable
          options={labels.map(({ label, value, devices }) => ({
            value: `${label}=${value}`,
            label: `${label}: ${value}`,
            description: `${devices} ${devices === 1 ? 'device' : 'devices'}`,
          }))}
          value={state.labels.map((label) => ({ value: label, label: label.replace('=', ': ') }))}
          onChange={(chosen) => change({ labels: chosen.map(({ value }) => value) })}
        />
      </div>
      <div className={styles.choice}>
        <Combobox
          aria-label="Order"
          prefixIcon="sort-amount-down"
          options={[...SORTS]}
          value={state.sort}
          onChange={({ value }) => change({ sort: value })}
        />
      </div>
    </div>
  );
}

function SearchField(props: { readonly value: string; readonly change: (search: string) => void }) {
  const [typed, setTyped] = useState(props.value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(props.value);
  // The address may change by itself: by the browser's back button.
  useEffect(() => {
    if (props.value !== sent.current) setTyped(props.value);
    sent.current = props.value;
  }, [props.value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (search: string): void => {
    setTyped(search);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = search;
      props.change(search);
    }, TYPING_MS);
  };
  return (
    <Input
      type="search"
      aria-label="Search by name or ID"
      placeholder="Search by name or ID"
      prefix={<Icon name="search" />}
      maxLength={200}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

function getStyles(theme: GrafanaTheme2) {
  const phone = theme.breakpoints.down('sm');
  return {
    filters: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(1),
      marginBottom: theme.spacing(2),
    }),
    search: css({ flex: '1 1 240px', maxWidth: 400, [phone]: { flexBasis: '100%', maxWidth: 'none' } }),
    choice: css({ flex: '0 0 184px', [phone]: { flex: '1 1 40%' } }),
    labels: css({ flex: '0 1 280px', minWidth: 180, [phone]: { flex: '1 1 100%', order: 1 } }),
  };
}
