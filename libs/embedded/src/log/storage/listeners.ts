/** Functions to be called when something has changed. */
export class Listeners {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly onFailure: (error: unknown) => void) {}

  /** The answer ends it. */
  add(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** One that throws does not keep the others from being called. */
  tell(): void {
    for (const listener of this.listeners) {
      try {
        listener();
      } catch (error) {
        this.onFailure(error);
      }
    }
  }
}
