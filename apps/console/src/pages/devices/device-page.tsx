import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="devices/device-page">{null}</Page>;
}
