/** Sub-buckets of each power of two: a recorded value is known to 1/32, about 3 %. */
const SUB_BITS = 5;
const SUB = 1 << SUB_BITS;
const BUCKETS = (32 - SUB_BITS + 1) * SUB;

/**
 * Counts durations in buckets that grow with the value, as HdrHistogram does: fixed memory, percentiles within 3 %,
 * from 1 µs up to 71 minutes (longer ones count as that). Exact minimum, maximum and mean.
 */
export class Histogram {
  private readonly counts = new Float64Array(BUCKETS);
  private sumMs = 0;
  count = 0;
  minMs = Infinity;
  maxMs = 0;

  /** Negative durations (a clock that stepped back) count as 0. */
  record(ms: number): void {
    const us = Math.min(Math.max(Math.round(ms * 1000), 0), 0xffffffff);
    this.counts[bucketOf(us)] = (this.counts[bucketOf(us)] ?? 0) + 1;
    this.count++;
    this.sumMs += ms;
    if (ms < this.minMs) this.minMs = ms;
    if (ms > this.maxMs) this.maxMs = ms;
  }

  get meanMs(): number {
    return this.count === 0 ? NaN : this.sumMs / this.count;
  }

  /** The duration that `percent` of 100 do not exceed, in milliseconds; NaN when nothing was recorded. */
  percentile(percent: number): number {
    if (this.count === 0) return NaN;
    let left = Math.max(1, Math.ceil((percent / 100) * this.count));
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.counts[bucket] ?? 0;
      if (left <= 0) return Math.min(upperEdgeUs(bucket) / 1000, this.maxMs);
    }
    return this.maxMs;
  }

  /** The figures that a report shows, in milliseconds. */
  summary(): LatencySummary {
    const [p50, p90, p99, p999] = [50, 90, 99, 99.9].map((percent) => round(this.percentile(percent)));
    return {
      count: this.count,
      mean: round(this.meanMs),
      p50,
      p90,
      p99,
      p999,
      max: round(this.maxMs),
    } as LatencySummary;
  }
}

/** Milliseconds; NaN when nothing was recorded. */
export interface LatencySummary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

function bucketOf(us: number): number {
  if (us < SUB) return us;
  const shift = 31 - Math.clz32(us) - SUB_BITS;
  return (shift + 1) * SUB + ((us >>> shift) - SUB);
}

function upperEdgeUs(bucket: number): number {
  if (bucket < SUB) return bucket;
  const shift = Math.floor(bucket / SUB) - 1;
  return (SUB + (bucket % SUB) + 1) * 2 ** shift - 1;
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
