import { Link } from 'react-router';
import { Page } from '../components/page.js';
import { EmptyState } from '../components/states.js';

/** For an address that is nothing's. */
export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState title="There is no such page" icon="compass">
        <Link to="/">Go to the overview</Link>
      </EmptyState>
    </Page>
  );
}
