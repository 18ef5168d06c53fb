import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="dashboards/dashboard-page">{null}</Page>;
}
