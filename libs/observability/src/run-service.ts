import type { Logger } from '@fieldstream/domain';

/** Whatever can be stopped, in order, once. */
export interface Closable {
  close(): Promise<void>;
}

/** The part of `process` that a service needs. */
export interface ProcessLike {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
}

export interface ServiceOptions {
  readonly name: string;
  readonly logger: Logger;
  /** Starts everything; what it resolves with is closed at the end. */
  start(): Promise<Closable>;
  /** Beyond it the process ends with code 1 all the same. Kubernetes kills after 30 s. */
  readonly closeTimeoutMs?: number;
  readonly process?: ProcessLike;
}

/**
 * Runs a service until SIGTERM or SIGINT, then closes it within 25 s and exits with code 0. A start or a close that
 * fails, an unhandled rejection and an uncaught exception are logged and exit with code 1; a second signal does so at once.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { logger, name } = options;
  const host = options.process ?? process;
  const fail = (message: string) => (error: unknown) => {
    logger.error({ err: error }, message);
    host.exit(1);
  };
  host.on('uncaughtException', fail('uncaught exception'));
  host.on('unhandledRejection', fail('unhandled rejection'));

  const started = options.start();
  let closing = false;
  const stop = (signal: string) => () => {
    if (closing) {
      logger.error({ signal }, 'second signal: ending at once');
      return host.exit(1);
    }
    closing = true;
    logger.info({ signal }, `${name} is closing`);
    const timeoutMs = options.closeTimeoutMs ?? 25_000;
    const timer = setTimeout(() => fail('closing took too long')(undefined), timeoutMs);
    // A signal during the start waits for it: what is half started cannot be closed in order.
    started
      .then((service) => service.close())
      .finally(() => clearTimeout(timer))
      .then(() => {
        logger.info({}, `${name} is closed`);
        host.exit(0);
      })
      .catch(fail('closing failed'));
  };
  for (const signal of ['SIGTERM', 'SIGINT']) host.on(signal, stop(signal));

  try {
    await started;
    if (!closing) logger.info({}, `${name} is running`);
  } catch (error) {
    if (!closing) fail('start failed')(error);
  }
}
