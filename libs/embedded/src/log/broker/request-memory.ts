/** A connection, as the request memory sees it. */
export interface RequestHolder {
  /** Bytes of requests that are incomplete or not begun: what would not be given free by itself. */
  readonly idleBytes: number;
  resumeReading(): void;
  /** Closes the connection, which gives its bytes free. */
  evict(): void;
}

/** As much as one read of a socket brings. */
const READ_BYTES = 64 * 1024;

/**
 * The request bytes that all connections hold together. At the bound, connections with a large request under way wait
 * in turn; requests being worked on end by themselves and let the next ones read on. Where none is being worked on, the
 * first in turn reads its request to its end beyond the bound. If nothing moves for `stallMs` all the same, the largest
 * holder is evicted: so whoever would stall others has to send the bound in full, and again each time.
 */
export class RequestMemory {
  #usedBytes = 0;
  #workingBytes = 0;
  #progress = 0;
  #beyond: RequestHolder | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  readonly #waiting = new Set<RequestHolder>();
  readonly #holders = new Set<RequestHolder>();

  constructor(private readonly options: { readonly maxBytes: number; readonly stallMs: number }) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes came in. */
  hold(holder: RequestHolder, bytes: number): void {
    this.#usedBytes += bytes;
    this.#holders.add(holder);
  }

  /** Work on a request of that many held bytes has begun, and ends whatever clients do. */
  begin(bytes: number): void {
    this.#workingBytes += bytes;
  }

  /** That work has ended; its bytes are still held. */
  end(bytes: number): void {
    this.#workingBytes -= bytes;
  }

  /** The bytes of an answered request are no longer needed. */
  release(bytes: number): void {
    this.#usedBytes -= bytes;
    let room = this.options.maxBytes - this.#usedBytes;
    for (const holder of this.#waiting) {
      if (room <= 0) break;
      room -= READ_BYTES;
      this.#waiting.delete(holder);
      this.#progress++;
      holder.resumeReading();
    }
    const [first] = this.#waiting;
    if (first && this.#workingBytes === 0 && !this.#beyond) this.#letBeyond(first);
    if (this.#waiting.size === 0) this.#unwatch();
  }

  /** Whether `holder`, with a large request under way, may read on. If not, its `resumeReading` is called when it may. */
  mayReadOn(holder: RequestHolder): boolean {
    if (this.#usedBytes < this.options.maxBytes || holder === this.#beyond) return true;
    this.#waiting.add(holder);
    this.#watch();
    if (this.#workingBytes === 0 && !this.#beyond) {
      const [first] = this.#waiting;
      if (first) this.#letBeyond(first, holder);
    }
    return !this.#waiting.has(holder);
  }

  /** The request that `holder` was reading is complete. */
  completed(holder: RequestHolder): void {
    if (holder !== this.#beyond) return;
    this.#beyond = undefined;
    this.#progress++;
  }

  /** The connection is gone, with `bytes` that no work had begun on. */
  leave(holder: RequestHolder, bytes: number): void {
    this.#holders.delete(holder);
    this.#waiting.delete(holder);
    if (holder === this.#beyond) this.#beyond = undefined;
    this.release(bytes);
  }

  #letBeyond(holder: RequestHolder, asking?: RequestHolder): void {
    this.#beyond = holder;
    this.#waiting.delete(holder);
    if (holder !== asking) holder.resumeReading();
  }

  #watch(): void {
    if (this.#stallTimer) return;
    let seen = this.#progress;
    this.#stallTimer = setInterval(() => {
      if (this.#progress === seen) this.#evictLargest();
      seen = this.#progress;
    }, this.options.stallMs).unref();
  }

  #unwatch(): void {
    clearInterval(this.#stallTimer);
    this.#stallTimer = undefined;
  }

  #evictLargest(): void {
    let largest: RequestHolder | undefined;
    for (const holder of this.#holders) {
      if (holder.idleBytes > (largest?.idleBytes ?? 0)) largest = holder;
    }
    largest?.evict();
  }
}
