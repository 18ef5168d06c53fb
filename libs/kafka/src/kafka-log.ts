import { logLevel, type logCreator } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';

/** A message that repeats within this time is counted, not written. */
const REPEAT_MS = 60_000;
const MAX_REMEMBERED = 200;

/** Each fault that these log is also thrown to the caller, who retries and logs it once. */
const THROWN_ANYWAY = new Set(['Connection', 'ConnectionPool', 'BrokerPool', 'Cluster', 'Producer', 'Admin']);

/**
 * Hands kafkajs's log to ours, one level lower: kafkajs logs each fault that it or its caller is about to retry as an
 * error, while nothing is lost by it. Repeats are written once a minute with their number.
 */
export function kafkaLogCreator(logger: Logger, now: () => number = Date.now): logCreator {
  const remembered = new Map<string, { untilMs: number; repeats: number }>();

  const admit = (key: string): number | undefined => {
    const seen = remembered.get(key);
    const nowMs = now();
    if (seen && nowMs < seen.untilMs) {
      seen.repeats++;
      return undefined;
    }
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, { untilMs: nowMs + REPEAT_MS, repeats: 0 });
    return seen?.repeats ?? 0;
  };

  return () =>
    ({ namespace, level, log }) => {
      const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
      const text = `kafkajs: ${message}`;
      if (level > logLevel.WARN || THROWN_ANYWAY.has(namespace)) {
        logger.debug({ namespace, ...fields }, text);
        return;
      }
      const repeats = admit(`${namespace} ${message}`);
      if (repeats === undefined) return;
      const details = { namespace, ...fields, ...(repeats > 0 ? { repeats } : {}) };
      if (level === logLevel.ERROR) logger.warn(details, text);
      else logger.info(details, text);
    };
}
