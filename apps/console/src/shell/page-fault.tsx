import { useRouteError } from 'react-router';
import { Page } from '../components/page.js';
import { ErrorState } from '../components/states.js';

/** In the place of a page that failed, or could not be loaded. */
export function PageFault() {
  const error = useRouteError();
  return (
    <Page title="This page failed">
      <ErrorState error={error} retry={() => location.reload()} />
    </Page>
  );
}
