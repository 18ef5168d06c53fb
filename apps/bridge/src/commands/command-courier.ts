import type { Client } from 'aedes';
import type { CommandRecord } from '@fieldstream/wire';
import { publishAcknowledged, type AcknowledgedPublish } from './acknowledged-publish.js';
import type { CommandCarrier } from './command-desk.js';
import type { SubscriberIndex } from './subscriber-index.js';

/** A command on its way to one or more clients. */
interface Errand {
  readonly publishes: Map<Client, AcknowledgedPublish>;
  readonly onGone: () => void;
}

/**
 * Carries commands to the clients that are subscribed to them here: usually one, the device or its gateway. Where several
 * are, each gets the message, as every subscriber does, and the first one that has taken it counts.
 */
export class CommandCourier implements CommandCarrier {
  readonly #errands = new Map<Client, Set<Errand>>();

  constructor(
    private readonly index: Pick<SubscriberIndex, 'find'>,
    /** Whether the client may have a message on that topic now; a subscription can be older than a right. */
    private readonly mayReceive: (client: Client, topic: string) => boolean,
  ) {}

  carry({ topic, scope, payload }: CommandRecord, onTaken: () => void, onGone: () => void): boolean {
    const subscribers = this.index.find(topic, scope).filter(({ client }) => this.mayReceive(client, topic));
    if (subscribers.length === 0) return false;
    const message = { topic, payload: Buffer.from(payload) };
    const errand: Errand = { publishes: new Map(), onGone };
    for (const subscriber of subscribers) {
      const { client } = subscriber;
      let errands = this.#errands.get(client);
      if (!errands) this.#errands.set(client, (errands = new Set()));
      errands.add(errand);
      errand.publishes.set(
        client,
        publishAcknowledged(subscriber, message, () => {
          this.#finish(errand);
          onTaken();
        }),
      );
    }
    return true;
  }

  /** A client has left: what it has not acknowledged it has not got. */
  gone(client: Client): void {
    const errands = this.#errands.get(client);
    this.#errands.delete(client);
    for (const errand of errands ?? []) {
      errand.publishes.get(client)?.cancel();
      errand.publishes.delete(client);
      if (errand.publishes.size === 0) errand.onGone();
    }
  }

  #finish(errand: Errand): void {
    for (const [client, publish] of errand.publishes) {
      publish.cancel();
      const errands = this.#errands.get(client);
      if (errands?.delete(errand) && errands.size === 0) this.#errands.delete(client);
    }
    errand.publishes.clear();
  }
}
