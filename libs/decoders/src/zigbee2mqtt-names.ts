import type { DeviceDescription, MetricDescription } from '@fieldstream/domain';
import { BoundedMap } from './bounded-map.js';
import type { StateChange } from './decoder.js';
import { MAX_STATE_KEY, stateKey } from './describable.js';
import { objectOf } from './json-shape.js';
import type { NamedDevice } from './zigbee2mqtt-devices.js';

/** A name as it is remembered. */
export interface KnownName {
  readonly base: string;
  readonly name: string;
  readonly deviceId: string;
  readonly isGroup: boolean;
  readonly units: ReadonlyMap<string, string>;
  /** The state's JSON: equal if nothing changed. */
  readonly json: string;
}

interface KnownBase {
  /** Where it is in the index by source and first level. */
  readonly index: string;
  readonly levels: readonly string[];
}

const DEFAULT_BASE = 'zigbee2mqtt';
const MAX_BASES = 64;
const MAX_NAMES = 10_000;
/** Characters of what is known of all names together. */
const MAX_WEIGHT = 32 * 1024 * 1024;

/**
 * What Zigbee2MQTT's bridges told: their base topics, and which device has which name. Bounded: 64 base topics, and 10,000
 * names of 32 MiB together; what was told longest ago is forgotten first.
 */
export class Zigbee2MqttNames {
  /** The base topics by source and first level, longest first. */
  readonly #byFirstLevel = new Map<string, (readonly string[])[]>();
  readonly #bases = new BoundedMap<KnownBase>(MAX_BASES, undefined, (_key, base) => this.#forgetBase(base));
  readonly #names = new BoundedMap<KnownName>(MAX_NAMES, MAX_WEIGHT);

  /** The base topic that a topic is under. */
  baseOf(levels: readonly string[], source: string | undefined): string | undefined {
    const first = levels[0] ?? '';
    if (this.#byFirstLevel.size > 0) {
      for (const base of this.#byFirstLevel.get(stateKey(source, first)) ?? []) {
        if (levels.length > base.length && base.every((level, index) => levels[index] === level)) {
          return base.join('/');
        }
      }
    }
    return first === DEFAULT_BASE && levels.length > 1 ? DEFAULT_BASE : undefined;
  }

  find(source: string | undefined, base: string, name: string): KnownName | undefined {
    return this.#names.get(stateKey(source, 'name', base, name));
  }

  /** The change that makes a base topic known; undefined if it is. */
  baseChange(source: string | undefined, base: string): StateChange | undefined {
    const key = stateKey(source, 'base', base);
    if (base === DEFAULT_BASE || this.#bases.get(key) || key.length > MAX_STATE_KEY) return undefined;
    return { key, value: base };
  }

  /**
   * What a whole list of devices, or of groups, changes: new and changed names, and those that are gone.
   *
   * @returns the changes, and the devices that are new or changed
   */
  listChanges(
    source: string | undefined,
    base: string,
    listed: readonly NamedDevice[],
    isGroup: boolean,
  ): { readonly state: StateChange[]; readonly changed: NamedDevice[] } {
    const state: StateChange[] = [];
    const changed: NamedDevice[] = [];
    const keys = new Set<string>();
    for (const device of listed) {
      const key = stateKey(source, 'name', base, device.name);
      if (key.length > MAX_STATE_KEY || keys.has(key)) continue;
      keys.add(key);
      const value = toState(device);
      if (this.#names.get(key)?.json === JSON.stringify(value)) continue;
      state.push({ key, value });
      changed.push(device);
    }
    const prefix = `${stateKey(source, 'name', base)}/`;
    for (const key of this.#names.keys()) {
      if (!key.startsWith(prefix) || keys.has(key)) continue;
      const known = this.#names.get(key);
      if (known?.base === base && known.isGroup === isGroup) state.push({ key, value: null });
    }
    return { state, changed };
  }

  apply({ key, value }: StateChange): void {
    const [source, kind] = key.split('/', 2);
    if (kind === 'base') {
      if (source !== undefined && typeof value === 'string') this.#learnBase(key, source, value.split('/'));
      else this.#bases.delete(key);
    } else if (kind === 'name') {
      const known = fromState(value);
      if (known) this.#names.set(key, known, key.length + known.json.length);
      else this.#names.delete(key);
    }
  }

  #learnBase(key: string, source: string, levels: readonly string[]): void {
    const index = `${source}/${encodeURIComponent((levels[0] ?? '').toWellFormed())}`;
    this.#bases.set(key, { index, levels });
    const bases = [...(this.#byFirstLevel.get(index) ?? []), levels];
    this.#byFirstLevel.set(
      index,
      bases.sort((one, other) => other.length - one.length),
    );
  }

  #forgetBase({ index, levels }: KnownBase): void {
    const bases = (this.#byFirstLevel.get(index) ?? []).filter((base) => base !== levels);
    if (bases.length > 0) this.#byFirstLevel.set(index, bases);
    else this.#byFirstLevel.delete(index);
  }
}

function toState({ base, name, deviceId, isGroup, description }: NamedDevice): unknown {
  const { metrics, ...texts } = description;
  return {
    base,
    name,
    id: deviceId,
    ...(isGroup ? { group: true } : {}),
    about: texts,
    ...(metrics ? { metrics: Object.fromEntries(metrics) } : {}),
  };
}

function fromState(value: unknown): KnownName | undefined {
  const state = objectOf(value);
  const { base, name, id, group } = state ?? {};
  if (typeof base !== 'string' || typeof name !== 'string' || typeof id !== 'string') return undefined;
  const units = new Map<string, string>();
  for (const [metric, described] of Object.entries(objectOf(state?.['metrics']) ?? {})) {
    const unit = (described as MetricDescription | null)?.unit;
    if (typeof unit === 'string') units.set(metric, unit);
  }
  return { base, name, deviceId: id, isGroup: group === true, units, json: JSON.stringify(value) };
}

/** The description that a device of a list gives. */
export function toDescription({ deviceId, description }: NamedDevice): DeviceDescription {
  return { deviceId, family: 'zigbee2mqtt', ...description };
}
