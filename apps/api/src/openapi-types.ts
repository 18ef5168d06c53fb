import openapiTypescript, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { Logger } from '@fieldstream/domain';
import { Health, Registry } from '@fieldstream/observability';
import { createApp } from './create-app.js';
import type { ApiParts } from './api.module.js';
import { openApiDocument } from './openapi.js';

const logger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** TypeScript's view of the OpenAPI document, for the console: `apps/console/src/client/schema.d.ts`. */
export async function apiTypes(): Promise<string> {
  // Nothing of this is used for describing the routes; it is only handed on.
  const parts = {
    health: new Health({ logger }),
    registry: new Registry(),
    registryWork: {},
    settings: { topicPrefix: '', rawRetentionDays: undefined, now: () => 0 },
    logger,
  } as unknown as ApiParts;
  const app = await createApp(parts, { apiToken: undefined, logger });
  try {
    const document = JSON.parse(JSON.stringify(openApiDocument(app))) as OpenAPI3;
    const head = '// Generated from the API: `npm run console:api-types`. Changes belong in apps/api.\n';
    return head + astToString(await openapiTypescript(document));
  } finally {
    await app.close();
  }
}
