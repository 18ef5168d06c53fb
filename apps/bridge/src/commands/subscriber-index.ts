import type { Client } from 'aedes';

/** What the index hears of the broker's clients; Aedes is one. */
export interface ClientEvents {
  on(event: 'clientReady' | 'clientDisconnect', listener: (client: Client) => void): unknown;
  on(
    event: 'subscribe',
    listener: (subscriptions: readonly { readonly topic: string }[], client: Client) => void,
  ): unknown;
  on(event: 'unsubscribe', listener: (filters: readonly string[], client: Client) => void): unknown;
}

/** A client that is subscribed to a topic. */
export interface Subscriber {
  readonly client: Client;
  /** As granted. */
  readonly qos: 0 | 1 | 2;
}

/**
 * Connected clients by the filters that they are subscribed to, so that whoever a message is meant for is found without
 * asking all of them. It costs one map entry for each filter of each client.
 */
export class SubscriberIndex {
  readonly #clients = new Map<string, Set<Client>>();
  readonly #filters = new Map<Client, Set<string>>();
  #onSubscribed: (filter: string) => void = () => {};
  #onGone: (client: Client) => void = () => {};

  constructor(events: ClientEvents) {
    // A session that is resumed brings its subscriptions along, and sends no SUBSCRIBE.
    events.on('clientReady', (client) => {
      for (const filter of Object.keys(subscriptionsOf(client))) this.#add(client, filter);
    });
    events.on('subscribe', (subscriptions, client) => {
      for (const { topic } of subscriptions) this.#add(client, topic);
    });
    events.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.#remove(client, filter);
    });
    events.on('clientDisconnect', (client) => {
      for (const filter of this.#filters.get(client) ?? []) this.#remove(client, filter);
      this.#onGone(client);
    });
  }

  /** Who is told of every subscription, also of those of resumed sessions, and of every client that has left. One listener. */
  listen(listener: {
    readonly onSubscribed: (filter: string) => void;
    readonly onGone: (client: Client) => void;
  }): void {
    this.#onSubscribed = listener.onSubscribed;
    this.#onGone = listener.onGone;
  }

  /**
   * Clients that are subscribed to a topic with a filter that begins with `scope`, which the topic begins with, too. Costs
   * 2^n look-ups where the topic has n levels below the scope.
   */
  find(topic: string, scope: string): Subscriber[] {
    const found = new Map<Client, Subscriber>();
    for (const filter of filtersOf(topic, scope)) {
      for (const client of this.#clients.get(filter) ?? []) {
        const qos = subscriptionsOf(client)[filter]?.qos;
        if (client.closed || (qos !== 0 && qos !== 1 && qos !== 2)) continue;
        if (qos >= (found.get(client)?.qos ?? 0)) found.set(client, { client, qos });
      }
    }
    return [...found.values()];
  }

  #add(client: Client, filter: string): void {
    // One that was refused is reported, too.
    if (client.closed || !subscriptionsOf(client)[filter]) return;
    let clients = this.#clients.get(filter);
    if (!clients) this.#clients.set(filter, (clients = new Set()));
    clients.add(client);
    let filters = this.#filters.get(client);
    if (!filters) this.#filters.set(client, (filters = new Set()));
    filters.add(filter);
    this.#onSubscribed(filter);
  }

  #remove(client: Client, filter: string): void {
    const clients = this.#clients.get(filter);
    if (clients?.delete(client) && clients.size === 0) this.#clients.delete(filter);
    const filters = this.#filters.get(client);
    if (filters?.delete(filter) && filters.size === 0) this.#filters.delete(client);
  }
}

/** More levels below the scope than any family has; beyond it the last levels are spelt out. */
const MAX_FREE_LEVELS = 6;

/** Every filter that begins with `scope` and matches the topic (MQTT 3.1.1, section 4.7). */
export function filtersOf(topic: string, scope: string): string[] {
  const levels = topic.slice(scope.length).split('/');
  // Without the last `/`, which `#` matches as well.
  const filters = [`${scope}#`];
  let prefixes = [scope.slice(0, -1)];
  for (const [index, level] of levels.entries()) {
    prefixes = prefixes.flatMap((prefix) =>
      index < MAX_FREE_LEVELS ? [`${prefix}/${level}`, `${prefix}/+`] : [`${prefix}/${level}`],
    );
    // `a/#` matches `a` itself, so every one of these counts.
    filters.push(...prefixes.map((prefix) => `${prefix}/#`));
  }
  return [...filters, ...prefixes];
}

/** Aedes keeps the subscriptions of a client in a field that its types leave out. */
function subscriptionsOf(client: Client): Readonly<Record<string, { readonly qos: number } | undefined>> {
  return (client as unknown as { subscriptions: Record<string, { qos: number }> }).subscriptions;
}
