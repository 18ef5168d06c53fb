import { moduleBeside, startEngineThread } from './worker/engine-thread.js';
import type { EmbeddedError } from './embedded-error.js';
import type { EngineOptions } from './engine-options.js';

export interface RunningLog {
  readonly port: number;
  /** As KAFKA_BROKERS names it. */
  readonly broker: string;
  readonly failed: Promise<EmbeddedError>;
  close(): Promise<void>;
}

/** Opens the Kafka-protocol log in a thread of its own. @throws EmbeddedError */
export async function startEmbeddedLog({ dataDir, port, logger }: EngineOptions): Promise<RunningLog> {
  const entry = moduleBeside(import.meta.url, 'log-thread');
  const thread = await startEngineThread<{ port: number }>('log', entry, { dataDir, port }, logger);
  return {
    port: thread.ready.port,
    broker: `127.0.0.1:${thread.ready.port}`,
    failed: thread.failed,
    close: () => thread.close(),
  };
}
