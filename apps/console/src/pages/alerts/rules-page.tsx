import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="alerts/rules-page">{null}</Page>;
}
