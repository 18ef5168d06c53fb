import { hostname } from 'node:os';
import type { Logger } from '@fieldstream/domain';
import { pino } from 'pino';

export interface LoggerOptions {
  /** The service's name, in every line as `service`. */
  readonly name: string;
  /** Least level that is written, `silent` for none. */
  readonly level: string;
  /** Where the lines go instead of standard output. */
  readonly destination?: { write(line: string): void };
}

/** A logger that writes one JSON object a line: level as a word, time as ISO 8601 in UTC, `err` with its causes. */
export function createLogger(options: LoggerOptions): Logger & pino.Logger {
  const settings: pino.LoggerOptions = {
    // Not pino's `name`, which log lines use for names of their own.
    base: { service: options.name, pid: process.pid, hostname: hostname() },
    level: options.level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: pino.stdSerializers.errWithCause },
    // Last line of defence: these never belong in a log, whoever passes them.
    redact: ['password', 'token', 'authorization', '*.password', '*.token', '*.authorization'],
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
