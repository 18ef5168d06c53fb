import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="alerts/alert-page">{null}</Page>;
}
