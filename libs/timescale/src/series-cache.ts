/** A metric of a device, as stored. */
export interface StoredSeries {
  readonly id: number;
  readonly unit: string | null;
  /** What it was reported as: see `kindsOf`. */
  readonly kinds: number;
}

/** Series of one device, by metric. */
export type DeviceSeries = ReadonlyMap<string, StoredSeries>;

/**
 * Least-recently-used cache of series by device, in two generations: what was not asked for while the younger one filled
 * up goes. Holds at most about `maxSeries` series, plus those of one device.
 */
export class SeriesCache {
  #young = new Map<string, DeviceSeries>();
  #old = new Map<string, DeviceSeries>();
  #youngSeries = 0;

  constructor(private readonly maxSeries: number) {}

  get(deviceId: string): DeviceSeries | undefined {
    const young = this.#young.get(deviceId);
    if (young) return young;
    const old = this.#old.get(deviceId);
    if (old) {
      this.#old.delete(deviceId);
      this.#putYoung(deviceId, old);
    }
    return old;
  }

  /** Replaces what is known of a device. */
  set(deviceId: string, series: DeviceSeries): void {
    this.#old.delete(deviceId);
    this.#youngSeries -= this.#young.get(deviceId)?.size ?? 0;
    this.#putYoung(deviceId, series);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#youngSeries = 0;
  }

  #putYoung(deviceId: string, series: DeviceSeries): void {
    if (this.#youngSeries + series.size > this.maxSeries / 2 && this.#young.size > 0) {
      this.#young.delete(deviceId);
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSeries = 0;
    }
    this.#young.set(deviceId, series);
    this.#youngSeries += series.size;
  }
}
