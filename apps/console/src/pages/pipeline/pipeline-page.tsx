import { Page } from '../../components/page.js';

export function Component() {
  return <Page title="pipeline/pipeline-page">{null}</Page>;
}
