import { SEVERITIES, type Severity } from '@fieldstream/domain';
import { dateTime } from '@grafana/data';
import { Button, Combobox, TimeRangeInput, useStyles2 } from '@grafana/ui';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { api, dataOf } from '../../client/api.js';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { AlertTable } from './alert-table.js';
import { ListLoading } from './list-loading.js';
import { getListStyles } from './list-styles.js';
import { useNow } from './moment.js';
import { deviceOptions, ruleOptions } from './options.js';

const PAGE = 50;

/** All alerts that ever fired, newest first, a page at a time. */
export function Component() {
  const [search, setSearch] = useSearchParams();
  const styles = useStyles2(getListStyles);
  const nowMs = useNow();
  const get = (name: string): string => search.get(name) ?? '';
  const change = (edit: Readonly<Record<string, string>>): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(edit)) {
          if (value === '') after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  const [device, rule, from, to] = [get('device'), get('rule'), get('from'), get('to')];
  const severity = SEVERITIES.find((known) => known === get('severity'));

  const { data, error, isPending, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } =
    useInfiniteQuery({
      queryKey: ['alerts', 'history', { device, rule, severity, from, to }],
      queryFn: ({ pageParam, signal }) => {
        const wanted = { device, rule, severity, from, to, cursor: pageParam };
        const given = Object.fromEntries(
          Object.entries(wanted).filter(([, value]) => value !== '' && value !== undefined),
        );
        return dataOf(api.GET('/api/alerts', { params: { query: { limit: PAGE, ...given } }, signal }));
      },
      initialPageParam: '',
      getNextPageParam: (page) => page.next,
      placeholderData: keepPreviousData,
    });
  const alerts = data?.pages.flatMap(({ items }) => items) ?? [];
  const isFilteredBy = [device, rule, severity, from, to].some(
    (value) => value !== undefined && value !== '',
  );

  return (
    <Page title="Alert history">
      <div className={styles.filters} role="search" aria-label="Filter the history">
        <TimeRangeInput
          clearable
          value={{
            from: dateTime(from || null),
            to: dateTime(to || null),
            raw: { from: dateTime(from || null), to: dateTime(to || null) },
          }}
          placeholder="Any time"
          onChange={(range) =>
            change({
              from: range.from.isValid() ? range.from.toISOString() : '',
              to: range.to.isValid() ? range.to.toISOString() : '',
            })
          }
        />
        <Combobox
          aria-label="Severity"
          width={20}
          value={severity ?? ''}
          options={[
            { value: '', label: 'Any severity' },
            ...SEVERITIES.map((known) => ({ value: known, label: known })),
          ]}
          onChange={({ value }: { value: Severity | '' }) => change({ severity: value })}
        />
        <Combobox
          aria-label="Device"
          width={24}
          isClearable
          placeholder="Any device"
          value={device === '' ? null : device}
          options={deviceOptions}
          createCustomValue
          onChange={(option) => change({ device: option?.value ?? '' })}
        />
        <Combobox
          aria-label="Rule"
          width={24}
          isClearable
          placeholder="Any rule"
          value={rule === '' ? null : rule}
          options={ruleOptions}
          onChange={(option) => change({ rule: option?.value ?? '' })}
        />
      </div>
      {error !== null && data === undefined ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <ListLoading what="alerts" rows={10} />
      ) : alerts.length === 0 ? (
        <EmptyState title={isFilteredBy ? 'No alert fits' : 'No alert yet'} icon="history">
          {isFilteredBy ? (
            <Button variant="secondary" onClick={() => setSearch(new URLSearchParams())}>
              Show all
            </Button>
          ) : (
            'Alerts that fired stay here for 400 days, with who saw them and who was told.'
          )}
        </EmptyState>
      ) : (
        <AlertTable alerts={alerts} nowMs={nowMs} caption="alert history" />
      )}
      {hasNextPage ? (
        <div className={styles.more}>
          <Button variant="secondary" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? 'Loading…' : 'Show older'}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}
