/** A connection that has not been let in yet. */
export interface Pending {
  /** Its address, as connections are counted by. */
  readonly address: string;
  /** Milliseconds, on the clock of the caller. */
  readonly sinceMs: number;
}

/**
 * Connections that have not been let in: those that have not sent their whole CONNECT, which are `silent`, and those whose
 * CONNECT is being looked at, which `wait`. Knows which of the silent ones goes first when there are too many.
 */
export class PendingConnections<T extends Pending> {
  /** In the order of arrival. */
  readonly #silent = new Set<T>();
  readonly #silentOf = new Map<string, Set<T>>();
  readonly #waiting = new Set<T>();

  get size(): number {
    return this.#silent.size + this.#waiting.size;
  }

  get silent(): number {
    return this.#silent.size;
  }

  add(connection: T): void {
    this.#silent.add(connection);
    const ofAddress = this.#silentOf.get(connection.address);
    if (ofAddress) ofAddress.add(connection);
    else this.#silentOf.set(connection.address, new Set([connection]));
  }

  /** Its CONNECT is complete. */
  hasSpoken(connection: T): void {
    if (this.#removeSilent(connection)) this.#waiting.add(connection);
  }

  /** It was let in, or has gone. */
  remove(connection: T): void {
    if (!this.#removeSilent(connection)) this.#waiting.delete(connection);
  }

  /** The oldest silent one of the address that has most of them: a flood pushes out itself before anybody else. */
  firstToGo(): T | undefined {
    let fullest: Set<T> | undefined;
    for (const ofAddress of this.#silentOf.values()) {
      if (fullest === undefined || ofAddress.size > fullest.size) fullest = ofAddress;
    }
    const [oldest] = fullest ?? [];
    return oldest;
  }

  /** The silent ones that have been there since before that time. */
  silentSinceBefore(timeMs: number): T[] {
    const late: T[] = [];
    for (const connection of this.#silent) {
      if (connection.sinceMs >= timeMs) break;
      late.push(connection);
    }
    return late;
  }

  all(): T[] {
    return [...this.#silent, ...this.#waiting];
  }

  #removeSilent(connection: T): boolean {
    if (!this.#silent.delete(connection)) return false;
    const ofAddress = this.#silentOf.get(connection.address);
    ofAddress?.delete(connection);
    if (ofAddress?.size === 0) this.#silentOf.delete(connection.address);
    return true;
  }
}
