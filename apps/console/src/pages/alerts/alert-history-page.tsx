import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="alerts/alert-history-page">{null}</Page>;
}
