/** Wakes whoever waits for something that concerns everyone: a topic was deleted, the log closes. */
export class WakeUps {
  readonly #listeners = new Set<() => void>();

  /** The answer unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  wake(): void {
    for (const listener of this.#listeners) listener();
  }
}
