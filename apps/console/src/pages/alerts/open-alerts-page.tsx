import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="alerts/open-alerts-page">{null}</Page>;
}
