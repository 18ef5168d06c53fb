import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { ApiError } from '../../client/api-error.js';
import { Page, useTitle } from '../../components/page.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { readDashboardFile } from '../../dashboard/dashboard-service.js';
import { DashboardSkeleton } from '../../dashboard/dashboard-skeleton.js';
import { DashboardView } from '../../dashboard/dashboard-view.js';
import { objectOf, textOf } from '../../dashboard/json.js';

/** One dashboard, over the whole width. */
export function Component() {
  const { uid = '' } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['dashboards', uid],
    queryFn: () => readDashboardFile(uid),
    // A file that is changed is seen at the next look at the page.
    staleTime: 60_000,
  });
  useTitle(textOf(objectOf(data?.dashboard)['title'], 'Dashboard'));
  if (data !== undefined) {
    return <DashboardView key={uid} uid={uid} json={data.dashboard} isBuiltIn={data.origin === 'built-in'} />;
  }
  if (error === null) return <DashboardSkeleton />;
  if (error instanceof ApiError && error.problem.status === 404) {
    return (
      <Page title="Not found">
        <EmptyState title={`There is no dashboard ${uid}`} icon="apps">
          <Link to="/dashboards">See which there are</Link>
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page title="Dashboard">
      <ErrorState error={error} retry={() => void refetch()} />
    </Page>
  );
}
