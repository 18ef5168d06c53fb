import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="devices/devices-page">{null}</Page>;
}
