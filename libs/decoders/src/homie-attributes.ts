import { BoundedMap } from './bounded-map.js';
import type { StateChange } from './decoder.js';
import { describable, MAX_STATE_KEY, stateKey } from './describable.js';
import { objectOf } from './json-shape.js';

/** Attributes of a device or a property that are kept: by name, without the `$`. */
export type HomieFacts = ReadonlyMap<string, string>;

const MAX_SUBJECTS = 50_000;
/** Characters of all attributes together. */
const MAX_WEIGHT = 16 * 1024 * 1024;

/**
 * The attributes that Homie 4 devices (and 2, 3) published one by one. Bounded: 50,000 devices and properties, 16 MiB
 * together; what was told longest ago is forgotten first.
 */
export class HomieAttributes {
  readonly #facts = new BoundedMap<HomieFacts>(MAX_SUBJECTS, MAX_WEIGHT);

  /** @param path Device ID, or device ID, node and property. */
  find(source: string | undefined, path: readonly string[]): HomieFacts | undefined {
    return this.#facts.get(stateKey(source, 'v4', ...path));
  }

  /** The change that an attribute makes, and all that is known with it; undefined if it says what is known. */
  change(
    source: string | undefined,
    path: readonly string[],
    attribute: string,
    text: string,
  ): { readonly change: StateChange; readonly facts: HomieFacts } | undefined {
    const key = stateKey(source, 'v4', ...path);
    const value = describable(text);
    const known = this.#facts.get(key);
    if (key.length > MAX_STATE_KEY || value === undefined || known?.get(attribute) === value)
      return undefined;
    const facts = new Map([...(known ?? []), [attribute, value]]);
    return { change: { key, value: Object.fromEntries(facts) }, facts };
  }

  apply({ key, value }: StateChange): void {
    const object = objectOf(value);
    if (!object) return this.#facts.delete(key);
    const facts = new Map<string, string>();
    let weight = key.length;
    for (const [attribute, text] of Object.entries(object)) {
      if (typeof text !== 'string') continue;
      facts.set(attribute, text);
      weight += attribute.length + text.length;
    }
    this.#facts.set(key, facts, weight);
  }
}
