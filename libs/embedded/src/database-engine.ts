import type { EmbeddedError } from './embedded-error.js';
import type { EngineOptions } from './engine-options.js';
import { moduleBeside, startEngineThread } from './worker/engine-thread.js';

export interface RunningDatabase {
  readonly port: number;
  /** As DATABASE_URL names it. */
  readonly url: string;
  readonly failed: Promise<EmbeddedError>;
  close(): Promise<void>;
}

/** Opens the embedded TimescaleDB in a thread of its own. @throws EmbeddedError */
export async function startEmbeddedDatabase({
  dataDir,
  port,
  logger,
}: EngineOptions): Promise<RunningDatabase> {
  const entry = moduleBeside(import.meta.url, 'database-thread');
  const thread = await startEngineThread<{ port: number; url: string }>(
    'database',
    entry,
    { dataDir, port },
    logger,
  );
  return { ...thread.ready, failed: thread.failed, close: () => thread.close() };
}
