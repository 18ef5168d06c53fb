import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@fieldstream/domain';

/**
 * Nest's own log lines as structured ones. What Nest calls `log` (modules initialised, routes mapped) is written as
 * `debug`: in normal running it says nothing that an operator needs.
 */
export function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message: unknown, ...rest: unknown[]) => logger.debug(fields(message, rest), text(message)),
    debug: (message: unknown, ...rest: unknown[]) => logger.debug(fields(message, rest), text(message)),
    verbose: (message: unknown, ...rest: unknown[]) => logger.debug(fields(message, rest), text(message)),
    warn: (message: unknown, ...rest: unknown[]) => logger.warn(fields(message, rest), text(message)),
    error: (message: unknown, ...rest: unknown[]) => logger.error(fields(message, rest), text(message)),
    fatal: (message: unknown, ...rest: unknown[]) => logger.error(fields(message, rest), text(message)),
  };
}

function text(message: unknown): string {
  if (message instanceof Error) return message.message;
  return typeof message === 'string' ? message : 'message of the framework';
}

/** Nest passes a context as the last text, and before it, with errors, a stack. */
function fields(message: unknown, rest: readonly unknown[]): object {
  const context = rest.at(-1);
  const stack = rest.find((part) => typeof part === 'string' && part.includes('\n'));
  return {
    ...(message instanceof Error ? { err: message } : {}),
    ...(typeof message === 'object' && message !== null && !(message instanceof Error) ? { message } : {}),
    ...(typeof context === 'string' && context !== stack ? { context } : {}),
    ...(stack === undefined ? {} : { stack }),
  };
}
