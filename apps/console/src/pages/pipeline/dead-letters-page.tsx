import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="pipeline/dead-letters-page">{null}</Page>;
}
