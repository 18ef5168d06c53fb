import { EmbeddedLog } from './log/broker/embedded-log.js';
import type { EngineOptions } from './engine-options.js';
import { serveEngine } from './worker/serve-engine.js';

await serveEngine(async (options: EngineOptions) => {
  const log = await EmbeddedLog.open(options);
  return { ready: { port: log.port }, close: () => log.close() };
});
