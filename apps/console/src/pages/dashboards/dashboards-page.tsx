import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="dashboards/dashboards-page">{null}</Page>;
}
