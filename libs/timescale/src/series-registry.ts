import type { Telemetry } from '@fieldstream/domain';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { commitDurably } from './consumer-transaction.js';
import type { Queryable } from './queryable.js';
import { type DeviceSeries, SeriesCache, type StoredSeries } from './series-cache.js';
import { findSeries, insertDevices, upsertSeries, type WantedSeries } from './series-statements.js';

export interface SeriesRegistryOptions {
  /** Series kept in memory, about 150 bytes each. */
  readonly maxSeries?: number;
}

/**
 * The small integers behind device and metric. They are kept in memory across transactions, but only once the
 * transaction that created or read them has committed, and only until somebody deletes series.
 */
export class SeriesRegistry {
  readonly #cache: SeriesCache;
  #generation: string | undefined;

  constructor(options: SeriesRegistryOptions = {}) {
    this.#cache = new SeriesCache(options.maxSeries ?? 1_000_000);
  }

  /**
   * Opens the registry to one transaction, and keeps deletions of series out until that has ended. MUST come after
   * `claimRanges`.
   */
  async open(client: Queryable): Promise<SeriesSession> {
    await client.query(`SELECT pg_advisory_xact_lock_shared(${ADVISORY_LOCKS.seriesDeletion})`);
    const { rows } = await client.query<{ last_value: string }>('SELECT last_value FROM series_generation');
    const generation = rows[0]?.last_value;
    if (generation !== this.#generation) {
      this.#cache.clear();
      this.#generation = generation;
    }
    return new SeriesSession(client, this.#cache, () => generation === this.#generation);
  }
}

/** The registry as one transaction sees it. */
export class SeriesSession {
  readonly #devices = new Map<string, DeviceSeries>();
  readonly #fresh = new Map<string, Map<string, StoredSeries>>();

  constructor(
    private readonly client: Queryable,
    private readonly cache: SeriesCache,
    private readonly isCurrent: () => boolean,
  ) {}

  /** Finds, or creates, all series of the telemetry, and stores the units that it names. */
  async resolve(telemetry: readonly Telemetry[]): Promise<void> {
    const wanted = this.#missing(telemetry);
    if (wanted.length === 0) return;
    for (const found of await findSeries(this.client, wanted))
      this.#remember(found.deviceId, found.metric, found);
    const absent = wanted.filter((series) => !this.#has(series));
    if (absent.length === 0) return;
    const unknown = absent.filter(({ deviceId, metric }) => !this.#devices.get(deviceId)?.has(metric));
    // What is kept in memory must outlive a crash of the server: rows of a series that is gone would be nobody's, or, once
    // its number has been given away again, somebody else's.
    await commitDurably(this.client);
    await insertDevices(this.client, unknown);
    for (const stored of await upsertSeries(this.client, absent)) {
      this.#remember(stored.deviceId, stored.metric, stored);
    }
  }

  /** Series of a device after `resolve`. */
  ofDevice(deviceId: string): DeviceSeries {
    return this.#devices.get(deviceId) ?? EMPTY;
  }

  /** Makes what this transaction has learned known to later ones. MUST be called after COMMIT, and only then. */
  committed(): void {
    if (!this.isCurrent()) return;
    for (const [deviceId, series] of this.#fresh) {
      this.cache.set(deviceId, new Map([...(this.cache.get(deviceId) ?? []), ...series]));
    }
    this.#fresh.clear();
  }

  #missing(telemetry: readonly Telemetry[]): WantedSeries[] {
    const wanted = new Map<string, Map<string, WantedSeries>>();
    for (const { deviceId, samples, units } of telemetry) {
      let known = this.#devices.get(deviceId);
      if (!known) this.#devices.set(deviceId, (known = this.cache.get(deviceId) ?? EMPTY));
      for (const { timeMs, values } of samples) {
        for (const metric of values.keys()) {
          const stored = known.get(metric);
          const unit = units?.get(metric);
          if (stored && (unit === undefined || unit === stored.unit)) continue;
          let ofDevice = wanted.get(deviceId);
          if (!ofDevice) wanted.set(deviceId, (ofDevice = new Map<string, WantedSeries>()));
          const before = ofDevice.get(metric);
          ofDevice.set(metric, {
            deviceId,
            metric,
            // Of several units the one named last.
            unit: unit ?? before?.unit ?? null,
            firstSeenMs: Math.min(timeMs, before?.firstSeenMs ?? timeMs),
          });
        }
      }
    }
    return [...wanted.values()].flatMap((ofDevice) => Array.from(ofDevice.values()));
  }

  #has({ deviceId, metric, unit }: WantedSeries): boolean {
    const stored = this.#devices.get(deviceId)?.get(metric);
    return stored !== undefined && (unit === null || unit === stored.unit);
  }

  #remember(deviceId: string, metric: string, stored: StoredSeries): void {
    let fresh = this.#fresh.get(deviceId);
    if (!fresh) {
      // The cache's own map stays as it is until the commit.
      fresh = new Map(this.#devices.get(deviceId));
      this.#fresh.set(deviceId, fresh);
      this.#devices.set(deviceId, fresh);
    }
    fresh.set(metric, { id: stored.id, unit: stored.unit });
  }
}

const EMPTY: DeviceSeries = new Map();
