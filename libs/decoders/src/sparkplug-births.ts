import { BoundedMap } from './bounded-map.js';
import type { StateChange } from './decoder.js';
import { MAX_STATE_KEY, stateKey } from './describable.js';
import { arrayOf, numberOf, objectOf, textOf } from './json-shape.js';

/** A metric as its birth certificate declared it. */
export interface BornMetric {
  readonly name: string;
  readonly alias?: number;
  readonly datatype?: number;
  readonly unit?: string;
}

/** A birth certificate: of an edge node, or of a device behind it. */
export interface Birth {
  readonly deviceId: string;
  /** Ties a node's death to its birth. */
  readonly bdSeq?: number;
  /** Model and firmware, as text: to see whether they changed. */
  readonly about: string;
  readonly metrics: readonly BornMetric[];
}

interface KnownBirth extends Birth {
  readonly byAlias: ReadonlyMap<number, BornMetric>;
  readonly byName: ReadonlyMap<string, BornMetric>;
  /** All but the bdSeq, to see whether anything that is told has changed. */
  readonly told: string;
}

/** Where a message comes from: source, group, edge node, and the device if it is not the node itself. */
export interface SparkplugPlace {
  readonly source: string | undefined;
  readonly group: string;
  readonly edge: string;
  readonly device: string | undefined;
}

const MAX_BIRTHS = 20_000;
/** Characters of all certificates together. */
const MAX_WEIGHT = 16 * 1024 * 1024;

/**
 * The birth certificates of edge nodes and devices. Bounded: 20,000, of 16 MiB together; the oldest is forgotten first, and
 * asked for again when its node reports.
 */
export class SparkplugBirths {
  readonly #births = new BoundedMap<KnownBirth>(MAX_BIRTHS, MAX_WEIGHT, (key) => this.#forget(key));
  /** Keys of the devices behind a node. */
  readonly #devicesOf = new Map<string, Set<string>>();

  find(place: SparkplugPlace): KnownBirth | undefined {
    return this.#births.get(birthKey(place));
  }

  /** Device IDs of the devices behind a node. */
  devicesOf(place: SparkplugPlace): string[] {
    const keys = this.#devicesOf.get(birthKey({ ...place, device: undefined })) ?? [];
    return [...keys].flatMap((key) => this.#births.get(key)?.deviceId ?? []);
  }

  /** What a birth changes: nothing, the certificate alone, or also what is told of the device. */
  change(place: SparkplugPlace, birth: Birth): { readonly state: StateChange[]; readonly isNews: boolean } {
    const key = birthKey(place);
    const known = this.#births.get(key);
    const isNews = known?.told !== toldOf(birth);
    if ((!isNews && known.bdSeq === birth.bdSeq) || key.length > MAX_STATE_KEY) return { state: [], isNews };
    const value = {
      id: birth.deviceId,
      ...(birth.bdSeq === undefined ? {} : { bd: birth.bdSeq }),
      about: birth.about,
      m: birth.metrics.map(({ name, alias, datatype, unit }) => [
        name,
        alias ?? null,
        datatype ?? null,
        ...(unit === undefined ? [] : [unit]),
      ]),
    };
    return { state: [{ key, value }], isNews };
  }

  apply({ key, value }: StateChange): void {
    const birth = fromState(value);
    if (!birth) return this.#births.delete(key);
    const byAlias = new Map<number, BornMetric>();
    const byName = new Map<string, BornMetric>();
    for (const metric of birth.metrics) {
      if (metric.alias !== undefined) byAlias.set(metric.alias, metric);
      byName.set(metric.name, metric);
    }
    const told = toldOf(birth);
    this.#births.set(key, { ...birth, byAlias, byName, told }, key.length + told.length);
    const node = nodeKeyOf(key);
    if (node === undefined || !this.#births.get(key)) return;
    const keys = this.#devicesOf.get(node) ?? new Set();
    this.#devicesOf.set(node, keys.add(key));
  }

  #forget(key: string): void {
    const node = nodeKeyOf(key);
    const keys = node === undefined ? undefined : this.#devicesOf.get(node);
    if (node === undefined || !keys) return;
    keys.delete(key);
    if (keys.size === 0) this.#devicesOf.delete(node);
  }
}

function birthKey({ source, group, edge, device }: SparkplugPlace): string {
  return stateKey(source, group, edge, ...(device === undefined ? [] : [device]));
}

/** Of a device's key that of its node; no part has a slash. */
function nodeKeyOf(key: string): string | undefined {
  const parts = key.split('/');
  return parts.length === 4 ? parts.slice(0, 3).join('/') : undefined;
}

function toldOf({ about, metrics }: Birth): string {
  return JSON.stringify([
    about,
    ...metrics.map(({ name, alias, datatype, unit }) => [name, alias, datatype, unit]),
  ]);
}

function fromState(value: unknown): Birth | undefined {
  const state = objectOf(value);
  const deviceId = textOf(state?.['id']);
  if (deviceId === undefined) return undefined;
  const bdSeq = numberOf(state?.['bd']);
  const about = state?.['about'];
  const metrics = arrayOf(state?.['m']).flatMap((entry): BornMetric[] => {
    const [name, alias, datatype, unit] = arrayOf(entry);
    if (typeof name !== 'string') return [];
    return [
      {
        name,
        ...(typeof alias === 'number' ? { alias } : {}),
        ...(typeof datatype === 'number' ? { datatype } : {}),
        ...(typeof unit === 'string' ? { unit } : {}),
      },
    ];
  });
  return {
    deviceId,
    about: typeof about === 'string' ? about : '',
    metrics,
    ...(bdSeq === undefined ? {} : { bdSeq }),
  };
}
