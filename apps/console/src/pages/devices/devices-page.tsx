import { Button } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { DeviceFilters } from './device-filters.js';
import { devicesQuery, glancesQuery, type DeviceGlance } from './device-queries.js';
import { DeviceTable, DeviceTableSkeleton } from './device-table.js';
import { ListPager } from './list-pager.js';
import { isNarrowed, readListState, writeListState, type ListState } from './list-state.js';
import { NoDevices } from './no-devices.js';
import { RegisterDrawer } from './register-drawer.js';

const NONE: ReadonlyMap<string, DeviceGlance> = new Map();

/** Every device: found by name, ID or label, with what it is doing now. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const [isRegistering, setRegistering] = useState(false);
  const state = useMemo(() => readListState(params), [params]);
  const change = useCallback(
    (part: Partial<ListState>) =>
      setParams(
        (before) => writeListState(before, { ...readListState(before), page: 1, ...part }),
        // Typing is not worth a step of the back button.
        { replace: part.search !== undefined },
      ),
    [setParams],
  );
  return (
    <Page
      title="Devices"
      actions={
        <Button icon="plus" onClick={() => setRegistering(true)}>
          Register device
        </Button>
      }
    >
      <DeviceFilters state={state} change={change} />
      <DeviceList state={state} change={change} register={() => setRegistering(true)} />
      {isRegistering ? <RegisterDrawer close={() => setRegistering(false)} /> : null}
    </Page>
  );
}

function DeviceList(props: {
  readonly state: ListState;
  readonly change: (change: Partial<ListState>) => void;
  readonly register: () => void;
}) {
  const { state, change } = props;
  const list = useQuery(devicesQuery(state));
  const devices = list.data?.items ?? [];
  const glances = useQuery(glancesQuery(devices.map(({ deviceId }) => deviceId)));
  if (list.data === undefined) {
    return list.isError ? (
      <ErrorState error={list.error} retry={() => void list.refetch()} />
    ) : (
      <DeviceTableSkeleton />
    );
  }
  const { total } = list.data;
  if (total === 0 && !isNarrowed(state)) return <NoDevices register={props.register} />;
  return (
    <>
      {list.isError ? <ErrorState error={list.error} retry={() => void list.refetch()} /> : null}
      {devices.length > 0 ? (
        <DeviceTable devices={devices} glances={glances.data ?? NONE} isStale={list.isPlaceholderData} />
      ) : (
        <EmptyState title="No device fits" icon="search">
          {total > 0
            ? 'The list ends before this page.'
            : 'Nothing has this name or ID, these labels and this state.'}
          <p>
            <Button
              variant="secondary"
              onClick={() => change(total > 0 ? { page: 1 } : { search: '', show: 'all', labels: [] })}
            >
              {total > 0 ? 'To the first page' : 'Show all devices'}
            </Button>
          </p>
        </EmptyState>
      )}
      {devices.length > 0 ? (
        <ListPager page={state.page} total={total} go={(page) => change({ page })} />
      ) : null}
    </>
  );
}
