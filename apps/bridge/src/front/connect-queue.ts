/** Seconds of CONNECTs that may wait; a client that waits for longer would have given up. */
const MAX_WAITING_SECONDS = 2;
/** Part of a second's CONNECTs that may come at once. */
const BURST_SECONDS = 0.25;
const TICK_MS = 20;

interface Waiting {
  readonly isWanted: () => boolean;
  readonly resolve: (isTurn: boolean) => void;
}

/**
 * Spreads the CONNECTs of a fleet that comes back all at once: so many a second are looked at, the others wait in order, and
 * when too many do, further ones get no turn.
 */
export class ConnectQueue {
  readonly #waiting: Waiting[] = [];
  #tokens: number;
  #atMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** CONNECTs that got no turn. */
  refused = 0;

  /** @param now Milliseconds that never go back. */
  constructor(
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {
    this.#tokens = this.#burst;
    this.#atMs = now();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves when it is the caller's turn; false: there are too many.
   * @param isWanted Whether anybody still waits for the answer; those who have left use up no turn.
   */
  turn(isWanted: () => boolean): Promise<boolean> | true {
    this.#refill();
    if (this.#waiting.length === 0 && this.#tokens >= 1) {
      this.#tokens--;
      return true;
    }
    if (this.#waiting.length >= this.perSecond * MAX_WAITING_SECONDS) {
      this.refused++;
      return Promise.resolve(false);
    }
    this.#timer ??= setInterval(() => this.#serve(), TICK_MS);
    return new Promise((resolve) => this.#waiting.push({ isWanted, resolve }));
  }

  get #burst(): number {
    return Math.max(1, this.perSecond * BURST_SECONDS);
  }

  #refill(): void {
    const nowMs = this.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#atMs) / 1_000) * this.perSecond);
    this.#atMs = nowMs;
  }

  #serve(): void {
    this.#refill();
    let served = 0;
    for (const { isWanted, resolve } of this.#waiting) {
      const isStillWanted = isWanted();
      if (isStillWanted && this.#tokens < 1) break;
      if (isStillWanted) this.#tokens--;
      served++;
      resolve(isStillWanted);
    }
    this.#waiting.splice(0, served);
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
