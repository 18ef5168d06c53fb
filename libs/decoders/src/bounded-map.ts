/**
 * A map of what a family keeps in mind: never more than `maxEntries` entries, nor more than `maxWeight` of their weights
 * together. The entry that was set longest ago is forgotten first.
 */
export class BoundedMap<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly weight: number }>();
  #weight = 0;

  constructor(
    private readonly maxEntries: number,
    private readonly maxWeight = Number.POSITIVE_INFINITY,
    /** Called for each entry that leaves, whether it is replaced, deleted or forgotten. */
    private readonly onLeave?: (key: string, value: V) => void,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get weight(): number {
    return this.#weight;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Sets an entry and makes it the newest; one that is heavier than the whole map is not kept. */
  set(key: string, value: V, weight = 1): void {
    this.delete(key);
    if (weight > this.maxWeight) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.maxEntries && this.#weight <= this.maxWeight) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
    this.onLeave?.(key, entry.value);
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }
}
