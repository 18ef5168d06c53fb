import type { DevicePresence, MetricDescription, PresenceState } from '@fieldstream/domain';
import { BoundedMap } from './bounded-map.js';
import type { StateChange } from './decoder.js';
import { describable, MAX_STATE_KEY, stateKey } from './describable.js';
import { arrayOf, objectOf, textOf } from './json-shape.js';
import { addMetricFacts } from './metric-facts.js';

/** A Homie 5 device as its description tells. */
export interface HomieDevice {
  readonly name?: string;
  readonly root?: string;
  readonly parent?: string;
  /** Datatypes by metric. */
  readonly types: ReadonlyMap<string, string>;
  readonly metrics: ReadonlyMap<string, MetricDescription>;
}

interface KnownDevice extends HomieDevice {
  readonly deviceId: string;
  readonly json: string;
}

const MAX_DEVICES = 10_000;
/** Characters of all descriptions together. */
const MAX_WEIGHT = 32 * 1024 * 1024;
/** Devices below a root whose presence follows from it. */
const MAX_CHILDREN = 1_000;
const MAX_PARENTS = 8;

const PRESENCE: ReadonlyMap<string, PresenceState> = new Map([
  ['ready', 'online'],
  ['alert', 'online'],
  ['sleeping', 'sleeping'],
  ['disconnected', 'offline'],
  ['lost', 'offline'],
]);

/** What a `$state` says of presence; `init` and unknown ones say nothing. */
export function homiePresence(state: string): PresenceState | undefined {
  return PRESENCE.get(state);
}

/** Reads a `$description` document; undefined if it is none. */
export function readHomieDescription(document: unknown): HomieDevice | undefined {
  const description = objectOf(document);
  if (!description) return undefined;
  const types = new Map<string, string>();
  const metrics = new Map<string, MetricDescription>();
  for (const [nodeId, node] of membersOf(description['nodes'])) {
    for (const [propertyId, property] of membersOf(node['properties'])) {
      const metric = `${nodeId}.${propertyId}`;
      addMetricFacts(metrics, metric, { unit: property['unit'], name: property['name'] });
      const datatype = textOf(property['datatype']);
      if (datatype !== undefined && datatype.length <= 16 && types.size < 1_024) types.set(metric, datatype);
    }
  }
  const [name, root, parent] = [describable(description['name']), description['root'], description['parent']];
  return {
    ...(name === undefined ? {} : { name }),
    ...(typeof root === 'string' ? { root } : {}),
    ...(typeof parent === 'string' ? { parent } : {}),
    types,
    metrics,
  };
}

/** Nodes or properties: objects by ID, or as in drafts of the convention, a list of objects with an `id`. */
function membersOf(value: unknown): [string, Readonly<Record<string, unknown>>][] {
  const entries: [unknown, unknown][] = Array.isArray(value)
    ? arrayOf(value).map((member) => [objectOf(member)?.['id'], member])
    : Object.entries(objectOf(value) ?? {});
  return entries.flatMap(([id, member]): [string, Readonly<Record<string, unknown>>][] => {
    const object = objectOf(member);
    return typeof id === 'string' && object ? [[id, object]] : [];
  });
}

/**
 * The Homie 5 devices that were described, and the state each declared last. Bounded: 10,000 devices, whose descriptions have
 * 32 MiB together; the one that was described longest ago is forgotten first.
 */
export class HomieDevices {
  readonly #devices = new BoundedMap<KnownDevice>(MAX_DEVICES, MAX_WEIGHT, (key, device) =>
    this.#unlink(key, device),
  );
  /** Keys of the devices that name one as their root or parent, by its key. */
  readonly #children = new Map<string, Set<string>>();
  readonly #states = new BoundedMap<string>(MAX_DEVICES);

  find(source: string | undefined, deviceId: string): HomieDevice | undefined {
    return this.#devices.get(deviceKey(source, deviceId));
  }

  /** The change that a description makes; undefined if it says what is known. */
  descriptionChange(
    source: string | undefined,
    deviceId: string,
    device: HomieDevice,
  ): StateChange | undefined {
    const key = deviceKey(source, deviceId);
    const { types, metrics, ...texts } = device;
    const value = {
      id: deviceId,
      ...texts,
      types: Object.fromEntries(types),
      metrics: Object.fromEntries(metrics),
    };
    if (key.length > MAX_STATE_KEY || this.#devices.get(key)?.json === JSON.stringify(value))
      return undefined;
    return { key, value };
  }

  /**
   * What a device's `$state` changes: its own presence, and of those below it whose presence follows from it: a root that is
   * lost, disconnected or asleep is so with all its children.
   */
  stateChange(
    source: string | undefined,
    deviceId: string,
    state: string,
  ): { readonly state: StateChange[]; readonly presence: DevicePresence[] } {
    const key = stateKey(source, 'state', deviceId);
    const presence: DevicePresence[] = [];
    const declared = (id: string): string | undefined =>
      id === deviceId ? state : this.#states.get(stateKey(source, 'state', id));
    const own = this.#effective(source, deviceId, declared);
    if (own) presence.push({ deviceId, state: own });
    const known = this.#states.get(key);
    if (known === state || key.length > MAX_STATE_KEY) return { state: [], presence };
    const before = (id: string): string | undefined => this.#states.get(stateKey(source, 'state', id));
    for (const childId of this.#below(source, deviceId)) {
      const now = this.#effective(source, childId, declared);
      if (now && now !== this.#effective(source, childId, before)) {
        presence.push({ deviceId: childId, state: now });
      }
    }
    return { state: [{ key, value: state }], presence };
  }

  apply({ key, value }: StateChange): void {
    if (key.split('/', 2)[1] === 'state') {
      if (typeof value === 'string') this.#states.set(key, value);
      else this.#states.delete(key);
      return;
    }
    const state = objectOf(value);
    const [id, name, root, parent] = [state?.['id'], state?.['name'], state?.['root'], state?.['parent']];
    if (typeof id !== 'string') return this.#devices.delete(key);
    const json = JSON.stringify(value);
    const device: KnownDevice = {
      deviceId: id,
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof root === 'string' ? { root } : {}),
      ...(typeof parent === 'string' ? { parent } : {}),
      types: new Map(Object.entries(objectOf(state?.['types']) ?? {}) as [string, string][]),
      metrics: new Map(Object.entries(objectOf(state?.['metrics']) ?? {}) as [string, MetricDescription][]),
      json,
    };
    this.#devices.set(key, device, key.length + json.length);
    if (!this.#devices.get(key)) return;
    for (const above of aboveKeys(key, device)) {
      this.#children.set(above, (this.#children.get(above) ?? new Set()).add(key));
    }
  }

  #unlink(key: string, device: KnownDevice): void {
    for (const above of aboveKeys(key, device)) {
      const keys = this.#children.get(above);
      keys?.delete(key);
      if (keys?.size === 0) this.#children.delete(above);
    }
  }

  /** The devices below one, its children's children too; at most 1,000. */
  #below(source: string | undefined, deviceId: string): Set<string> {
    const found = new Set<string>();
    // A set that grows while it is gone through: what is added is visited too.
    const visited = new Set([deviceKey(source, deviceId)]);
    for (const key of visited) {
      for (const childKey of this.#children.get(key) ?? []) {
        if (visited.size > MAX_CHILDREN) return found;
        const child = this.#devices.get(childKey);
        if (!child || visited.has(childKey)) continue;
        visited.add(childKey);
        found.add(child.deviceId);
      }
    }
    return found;
  }

  /** The devices above one, nearest first. */
  #above(source: string | undefined, device: HomieDevice): string[] {
    const above = device.root === undefined ? [] : [device.root];
    let parent = device.parent;
    while (parent !== undefined && above.length < MAX_PARENTS) {
      if (!above.includes(parent)) above.push(parent);
      const next = this.find(source, parent)?.parent;
      parent = next !== undefined && above.includes(next) ? undefined : next;
    }
    return above;
  }

  #effective(
    source: string | undefined,
    deviceId: string,
    declared: (id: string) => string | undefined,
  ): PresenceState | undefined {
    const device = this.find(source, deviceId);
    for (const id of device ? this.#above(source, device) : []) {
      const state = homiePresence(declared(id) ?? '');
      if (state !== undefined && state !== 'online') return state;
    }
    return homiePresence(declared(deviceId) ?? '');
  }
}

/** The keys of a device's root and parent. */
function aboveKeys(key: string, { root, parent }: HomieDevice): string[] {
  const source = key.slice(0, key.indexOf('/'));
  return [root, parent].flatMap((id) =>
    id === undefined ? [] : [`${source}/device/${encodeURIComponent(id.toWellFormed())}`],
  );
}

function deviceKey(source: string | undefined, deviceId: string): string {
  return stateKey(source, 'device', deviceId);
}
