import type { Telemetry } from '@fieldstream/domain';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { commitDurably } from './consumer-transaction.js';
import { lockPresence } from './presence-writer.js';
import type { Queryable } from './queryable.js';
import { type DeviceSeries, SeriesCache, type StoredSeries } from './series-cache.js';
import { refuseExcess } from './series-guard.js';
import {
  countSeries,
  findSeries,
  insertDevices,
  type NamedSeries,
  upsertSeries,
  type WantedSeries,
} from './series-statements.js';
import { kindsOf } from './value-kinds.js';

export interface SeriesRegistryOptions {
  /** Series kept in memory, about 150 bytes each. */
  readonly maxSeries?: number;
  /** Series that a device may have; a publish that would make more is refused. Default: no bound. */
  readonly maxPerDevice?: number;
}

/** What `resolve` found out. */
export interface Resolved {
  /** Publishes that would give their device too many series; nothing of them is to be stored. */
  readonly refused: ReadonlySet<Telemetry>;
  /** Series that came as numbers before and as texts now, or the other way, for the first time. */
  readonly drifted: readonly Pick<NamedSeries, 'deviceId' | 'metric'>[];
}

/**
 * The small integers behind device and metric. They are kept in memory across transactions, but only once the
 * transaction that created or read them has committed, and only until somebody deletes series.
 */
export class SeriesRegistry {
  readonly #cache: SeriesCache;
  readonly #maxPerDevice: number;
  #generation: string | undefined;

  constructor({ maxSeries = 1_000_000, maxPerDevice = Infinity }: SeriesRegistryOptions = {}) {
    this.#cache = new SeriesCache(maxSeries);
    this.#maxPerDevice = maxPerDevice;
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
    return new SeriesSession(client, this.#cache, this.#maxPerDevice, () => generation === this.#generation);
  }
}

/** The registry as one transaction sees it. */
export class SeriesSession {
  readonly #devices = new Map<string, DeviceSeries>();
  readonly #fresh = new Map<string, Map<string, StoredSeries>>();

  constructor(
    private readonly client: Queryable,
    private readonly cache: SeriesCache,
    private readonly maxPerDevice: number,
    private readonly isCurrent: () => boolean,
  ) {}

  /** Finds, or creates, all series of the telemetry, and stores the units and kinds that are new. */
  async resolve(telemetry: readonly Telemetry[]): Promise<Resolved> {
    const wanted = this.#missing(telemetry);
    if (wanted.length === 0) return NOTHING_NEW;
    for (const found of await findSeries(this.client, wanted))
      this.#remember(found.deviceId, found.metric, found);
    const absent = wanted.filter((series) => !this.#has(series));
    if (absent.length === 0) return NOTHING_NEW;
    const refused = await this.#refuse(telemetry, absent);
    // A publish that is refused takes no unit and no kind with it either.
    const admitted =
      refused.size === 0
        ? absent
        : this.#missing(telemetry.filter((publish) => !refused.has(publish))).filter(
            (series) => !this.#has(series),
          );
    const drifted = await this.#create(admitted);
    return { refused, drifted };
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

  async #refuse(
    telemetry: readonly Telemetry[],
    absent: readonly WantedSeries[],
  ): Promise<ReadonlySet<Telemetry>> {
    const added = new Map<string, number>();
    for (const series of absent) {
      if (!this.#knows(series)) added.set(series.deviceId, (added.get(series.deviceId) ?? 0) + 1);
    }
    if (added.size === 0 || this.maxPerDevice === Infinity) return NOTHING_NEW.refused;
    const counts = await countSeries(this.client, [...added.keys()]);
    const room = new Map<string, number>();
    for (const [deviceId, more] of added) {
      const free = this.maxPerDevice - (counts.get(deviceId) ?? 0);
      if (more > free) room.set(deviceId, Math.max(free, 0));
    }
    return refuseExcess(telemetry, room, (deviceId, metric) => this.#knows({ deviceId, metric }));
  }

  async #create(absent: readonly WantedSeries[]): Promise<Resolved['drifted']> {
    if (absent.length === 0) return [];
    const unknown = absent.filter((series) => !this.#knows(series));
    // What is kept in memory must outlive a crash of the server: rows of a series that is gone would be nobody's, or, once
    // its number has been given away again, somebody else's.
    await commitDurably(this.client);
    if (unknown.length > 0) await lockPresence(this.client);
    await insertDevices(this.client, unknown);
    const drifted: NamedSeries[] = [];
    for (const stored of await upsertSeries(this.client, absent)) {
      this.#remember(stored.deviceId, stored.metric, stored);
      if (stored.hasDrifted) drifted.push(stored);
    }
    return drifted;
  }

  #missing(telemetry: readonly Telemetry[]): WantedSeries[] {
    const wanted = new Map<string, Map<string, WantedSeries>>();
    for (const { deviceId, samples, units } of telemetry) {
      let known = this.#devices.get(deviceId);
      if (!known) this.#devices.set(deviceId, (known = this.cache.get(deviceId) ?? EMPTY));
      for (const { timeMs, values } of samples) {
        for (const [metric, value] of values) {
          const stored = known.get(metric);
          const unit = units?.get(metric);
          const kinds = kindsOf(value);
          if (stored && (unit === undefined || unit === stored.unit) && (kinds & ~stored.kinds) === 0)
            continue;
          let ofDevice = wanted.get(deviceId);
          if (!ofDevice) wanted.set(deviceId, (ofDevice = new Map<string, WantedSeries>()));
          const before = ofDevice.get(metric);
          ofDevice.set(metric, {
            deviceId,
            metric,
            // Of several units the one named last.
            unit: unit ?? before?.unit ?? null,
            kinds: kinds | (before?.kinds ?? 0),
            firstSeenMs: Math.min(timeMs, before?.firstSeenMs ?? timeMs),
          });
        }
      }
    }
    return [...wanted.values()].flatMap((ofDevice) => Array.from(ofDevice.values()));
  }

  #knows({ deviceId, metric }: Pick<WantedSeries, 'deviceId' | 'metric'>): boolean {
    return this.#devices.get(deviceId)?.has(metric) === true;
  }

  #has({ deviceId, metric, unit, kinds }: WantedSeries): boolean {
    const stored = this.#devices.get(deviceId)?.get(metric);
    return stored !== undefined && (unit === null || unit === stored.unit) && (kinds & ~stored.kinds) === 0;
  }

  #remember(deviceId: string, metric: string, stored: StoredSeries): void {
    let fresh = this.#fresh.get(deviceId);
    if (!fresh) {
      // The cache's own map stays as it is until the commit.
      fresh = new Map(this.#devices.get(deviceId));
      this.#fresh.set(deviceId, fresh);
      this.#devices.set(deviceId, fresh);
    }
    fresh.set(metric, { id: stored.id, unit: stored.unit, kinds: stored.kinds });
  }
}

const EMPTY: DeviceSeries = new Map();
const NOTHING_NEW: Resolved = { refused: new Set(), drifted: [] };
