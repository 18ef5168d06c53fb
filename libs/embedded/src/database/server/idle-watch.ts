/** Before that, nothing is asked of anybody. */
const FIRST_CHECK_MS = 100;

/**
 * Notices a client that keeps the engine and sends nothing. Costs one timer per client that keeps it for longer than a
 * moment, and nothing for the others.
 */
export class IdleWatch {
  private heardMs = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: {
      /** Whether it keeps the engine and is waited for. */
      isKeeping(): boolean;
      limitMs(): number | undefined;
      onIdle(idleMs: number): void;
    },
  ) {}

  heard(): void {
    this.heardMs = performance.now();
  }

  /** From now on, until it does not keep the engine any more. */
  start(): void {
    this.heard();
    this.timer ??= setTimeout(() => this.check(), FIRST_CHECK_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private check(): void {
    this.timer = undefined;
    if (!this.host.isKeeping()) return;
    const idleMs = performance.now() - this.heardMs;
    const limitMs = idleMs < FIRST_CHECK_MS ? FIRST_CHECK_MS : this.host.limitMs();
    if (limitMs === undefined) return;
    if (idleMs >= limitMs) this.host.onIdle(idleMs);
    else this.timer = setTimeout(() => this.check(), Math.max(limitMs - idleMs, 1));
  }
}
