import { parentPort, workerData } from 'node:worker_threads';
import type { Logger } from '@fieldstream/domain';
import { EmbeddedError } from '../embedded-error.js';
import type { EngineOptions } from '../engine-options.js';
import { LOG_LEVELS, type FromEngine, type LogLevel, type ToEngine } from './messages.js';

export interface OpenedEngine<R> {
  /** Told to the starting thread; structured-cloneable. */
  readonly ready: R;
  /** Resolves when the engine is lost; its thread is ended then. */
  readonly failed?: Promise<EmbeddedError>;
  close(): Promise<void>;
}

/** The whole of an engine's thread: opens the engine with the thread's data, and closes it when it is told to. */
export async function serveEngine<R>(
  open: (options: EngineOptions) => Promise<OpenedEngine<R>>,
): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('an engine is served in a worker thread only');
  const tell = (message: FromEngine): void => port.postMessage(message);
  const fail = (error: unknown): void =>
    tell({
      kind: 'failed',
      code: error instanceof EmbeddedError ? error.code : undefined,
      message: error instanceof Error ? error.message : String(error),
    });
  try {
    const engine = await open({
      ...(workerData as Omit<EngineOptions, 'logger'>),
      logger: postingLogger(tell),
    });
    port.on('message', ({ kind }: ToEngine) => {
      if (kind !== 'close') return;
      engine.close().then(() => tell({ kind: 'closed' }), fail);
    });
    tell({ kind: 'ready', ready: engine.ready });
    void engine.failed?.then(fail);
  } catch (error) {
    fail(error);
  }
}

function postingLogger(tell: (message: FromEngine) => void): Logger {
  const post =
    (level: LogLevel) =>
    (fields: object, message: string): void =>
      tell({ kind: 'log', level, fields: cloneable(fields), message });
  const [debug, info, warn, error] = LOG_LEVELS.map(post) as [Log, Log, Log, Log];
  return { debug, info, warn, error };
}

type Log = Logger['info'];

/** Errors keep their message and stack across threads, but not the fields that a cause may have added. */
function cloneable(fields: object): object {
  try {
    return structuredClone(fields);
  } catch {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  }
}
