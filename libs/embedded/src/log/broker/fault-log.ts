import { type Logger } from '@fieldstream/domain';

/** What clients can cause at any rate, and what is therefore logged at most once a minute each. */
export type FaultKind =
  | 'malformed-request'
  | 'oversized-request'
  | 'unsupported-request'
  | 'stalled-request'
  | 'stalled-reader'
  | 'memory'
  | 'connections'
  | 'handler'
  | 'storage';

const EVERY_MS = 60_000;

/** Counts faults by kind, and logs the first of each kind in any minute with the number that went unlogged before it. */
export class FaultLog {
  readonly #counts = new Map<FaultKind, number>();
  readonly #silent = new Map<FaultKind, { untilMs: number; repeats: number }>();

  constructor(
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** Nothing is lost: the client sees what happened, and retries. */
  warn(kind: FaultKind, fields: object, message: string): void {
    this.#note('warn', kind, fields, message);
  }

  /** An operator is needed. */
  error(kind: FaultKind, fields: object, message: string): void {
    this.#note('error', kind, fields, message);
  }

  /** How many there were since the start. */
  count(kind: FaultKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  #note(level: 'warn' | 'error', kind: FaultKind, fields: object, message: string): void {
    this.#counts.set(kind, this.count(kind) + 1);
    const silent = this.#silent.get(kind);
    const nowMs = this.now();
    if (silent && nowMs < silent.untilMs) {
      silent.repeats++;
      return;
    }
    this.#silent.set(kind, { untilMs: nowMs + EVERY_MS, repeats: 0 });
    const repeats = silent?.repeats ?? 0;
    this.logger[level]({ ...fields, ...(repeats > 0 ? { repeats } : {}) }, message);
  }
}
