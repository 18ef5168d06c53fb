export interface TrafficLimits {
  readonly publishesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Seconds of traffic that may come at once: what a device has collected while it was away. */
const BURST_SECONDS = 10;
/** A client that is read more slowly for so long without a break is disconnected. */
const MAX_OVER_MS = 60_000;

/**
 * What one client may send: a token bucket for publishes and one for bytes, each of ten seconds' worth. Spending more than
 * there is is possible, because the bytes have come already; the answer is how long nothing more should be read.
 */
export class TrafficBudget {
  #publishes: number;
  #bytes: number;
  #atMs: number;
  #overSinceMs: number | undefined;

  /** @param now Milliseconds that never go back. */
  constructor(
    private readonly limits: TrafficLimits,
    private readonly now: () => number,
  ) {
    this.#publishes = limits.publishesPerSecond * BURST_SECONDS;
    this.#bytes = limits.bytesPerSecond * BURST_SECONDS;
    this.#atMs = now();
  }

  /** Milliseconds for which nothing more should be read: 0 as a rule; Infinity when that has gone on for too long. */
  spend(publishes: number, bytes: number): number {
    const { publishesPerSecond, bytesPerSecond } = this.limits;
    const nowMs = this.now();
    const seconds = (nowMs - this.#atMs) / 1_000;
    this.#atMs = nowMs;
    this.#publishes = Math.min(
      this.#publishes + seconds * publishesPerSecond,
      publishesPerSecond * BURST_SECONDS,
    );
    this.#bytes = Math.min(this.#bytes + seconds * bytesPerSecond, bytesPerSecond * BURST_SECONDS);
    // A second's worth in hand: it has kept to its rate in between.
    if (this.#publishes >= publishesPerSecond && this.#bytes >= bytesPerSecond) this.#overSinceMs = undefined;
    this.#publishes -= publishes;
    this.#bytes -= bytes;
    const missingSeconds = Math.max(-this.#publishes / publishesPerSecond, -this.#bytes / bytesPerSecond);
    if (missingSeconds <= 0) return 0;
    this.#overSinceMs ??= nowMs;
    return nowMs - this.#overSinceMs > MAX_OVER_MS ? Infinity : Math.ceil(missingSeconds * 1_000);
  }
}
