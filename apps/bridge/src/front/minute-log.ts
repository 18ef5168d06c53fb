import type { Logger } from '@fieldstream/domain';

export interface MinuteLogOptions {
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

const EVERY_MS = 60_000;

interface Entry {
  loggedAtMs: number;
  unlogged: number;
}

/**
 * Warnings of things that can happen a thousand times a second: of each cause one line a minute, which says how often it
 * happened since the line before. Causes are a closed set.
 */
export class MinuteLog {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly options: MinuteLogOptions) {}

  /** @param fields Of the last event; made only when the line is written. */
  warn(cause: string, message: string, fields?: () => Record<string, unknown>): void {
    let entry = this.#entries.get(cause);
    if (!entry) this.#entries.set(cause, (entry = { loggedAtMs: -Infinity, unlogged: 0 }));
    entry.unlogged++;
    const nowMs = this.options.now();
    if (nowMs - entry.loggedAtMs < EVERY_MS) return;
    this.options.logger.warn({ cause, times: entry.unlogged, ...fields?.() }, message);
    entry.loggedAtMs = nowMs;
    entry.unlogged = 0;
  }
}
