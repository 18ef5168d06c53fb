import type { DelayCount, DelayKind } from '@fieldstream/timescale';

/**
 * Counts delays in fixed buckets: greater than one bound and not greater than the next, with one bucket below the first
 * bound and one above the last.
 */
export class DelayHistogram {
  readonly #boundsMs: Float64Array;
  #counts: Float64Array;

  /** @param boundsMs Rising. */
  constructor(
    private readonly kind: DelayKind,
    boundsMs: readonly number[],
  ) {
    this.#boundsMs = Float64Array.from(boundsMs);
    this.#counts = new Float64Array(boundsMs.length + 1);
  }

  add(delayMs: number, count = 1): void {
    let bucket = 0;
    // Few bounds, and the common delays are below the first ones: faster than bisection.
    while (bucket < this.#boundsMs.length && delayMs > (this.#boundsMs[bucket] ?? Infinity)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
  }

  /** What was counted since the last call; begins anew. */
  take(): DelayCount[] {
    const counts = this.#counts;
    this.#counts = new Float64Array(counts.length);
    return Array.from(counts, (count, bucket) => ({
      kind: this.kind,
      fromMs: this.#boundsMs[bucket - 1] ?? -Infinity,
      upToMs: this.#boundsMs[bucket] ?? Infinity,
      count,
    })).filter(({ count }) => count > 0);
  }
}
