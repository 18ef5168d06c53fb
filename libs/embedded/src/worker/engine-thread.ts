import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { Logger } from '@fieldstream/domain';
import { EmbeddedError } from '../embedded-error.js';
import type { FromEngine, ToEngine } from './messages.js';

export interface EngineThread<R> {
  readonly ready: R;
  /** Closes the engine in order and ends its thread; within `CLOSE_TIMEOUT_MS`, else the thread is ended all the same. */
  close(): Promise<void>;
  /** Resolves with the fault if the engine ends without having been asked to; never otherwise. */
  readonly failed: Promise<EmbeddedError>;
}

const CLOSE_TIMEOUT_MS = 20_000;

/**
 * Opens an engine in a thread of its own: WebAssembly blocks its thread, and a log must answer while the services compute.
 * @param entry module that calls `serveEngine`
 * @throws EmbeddedError when the engine cannot be opened; its thread has ended then
 */
export async function startEngineThread<R>(
  name: string,
  entry: URL,
  options: object,
  logger: Logger,
  workerOptions: WorkerOptions = {},
): Promise<EngineThread<R>> {
  const worker = new Worker(entry, { ...workerOptions, name, workerData: options });
  let isClosing = false;
  let fault: unknown;
  let tellReady: (ready: R) => void = () => {};
  let tellFailed: (error: EmbeddedError) => void = () => {};
  const ready = new Promise<R>((resolve) => (tellReady = resolve));
  const failed = new Promise<EmbeddedError>((resolve) => (tellFailed = resolve));
  worker.on('message', (message: FromEngine) => {
    if (message.kind === 'ready') tellReady(message.ready as R);
    else if (message.kind === 'log') logger[message.level](message.fields, message.message);
    else {
      if (message.kind === 'failed')
        fault = new EmbeddedError(message.code ?? 'engine-failed', message.message);
      // Closed or failed: whatever else may keep the thread alive has nothing left to do.
      void worker.terminate();
    }
  });
  worker.on('error', (error) => (fault = error));
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      if (!isClosing) tellFailed(asEmbeddedError(name, fault));
      resolve();
    });
  });

  const first = await Promise.race([ready.then((value) => ({ value })), failed]);
  if (first instanceof EmbeddedError) throw first;
  return {
    ready: first.value,
    failed,
    async close() {
      if (isClosing) return ended;
      isClosing = true;
      worker.postMessage({ kind: 'close' } satisfies ToEngine);
      const timer = setTimeout(() => {
        logger.warn({ engine: name }, 'the engine does not close in time; its thread is ended');
        void worker.terminate();
      }, CLOSE_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
      if (fault !== undefined) throw asEmbeddedError(name, fault);
    },
  };
}

function asEmbeddedError(name: string, fault: unknown): EmbeddedError {
  if (fault instanceof EmbeddedError) return fault;
  const reason = (fault as Partial<Error> | undefined)?.message ?? 'its thread ended';
  return new EmbeddedError('engine-failed', `the embedded ${name} failed: ${reason}. Start again`, {
    cause: fault,
  });
}

/** The module beside this one, compiled or as source. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${url.endsWith('.ts') ? '.ts' : '.js'}`, url);
}
