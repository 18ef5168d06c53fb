import { EmbeddedDatabase } from './database/embedded-database.js';
import type { EngineOptions } from './engine-options.js';
import { serveEngine } from './worker/serve-engine.js';

await serveEngine(async (options: EngineOptions) => {
  const database = await EmbeddedDatabase.open(options);
  return {
    ready: { port: database.port, url: database.url },
    failed: database.failed,
    close: () => database.close(),
  };
});
