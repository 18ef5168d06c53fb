/** A connection that can be cut. */
export interface Cuttable {
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Open connections by the user name they were made with, whether or not it was asked to prove it: once the device of that
 * name is registered, or its credentials change, none of them may go on.
 */
export class NamedConnections {
  readonly #connections = new Map<string, Set<Cuttable>>();
  /** Connections that were cut. */
  cut = 0;

  add(username: string, connection: Cuttable): void {
    let named = this.#connections.get(username);
    if (!named) this.#connections.set(username, (named = new Set()));
    const ofName = named;
    ofName.add(connection);
    connection.once('close', () => {
      ofName.delete(connection);
      if (ofName.size === 0 && this.#connections.get(username) === ofName) this.#connections.delete(username);
    });
  }

  cutAll(username: string): void {
    for (const connection of this.#connections.get(username) ?? []) {
      this.cut++;
      connection.destroy();
    }
  }
}
