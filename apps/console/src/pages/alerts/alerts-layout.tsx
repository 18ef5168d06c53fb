import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="alerts/alerts-layout">{null}</Page>;
}
