/** The package types its in-memory persistence, but not under the path that it is imported by. */
declare module 'aedes-persistence/asyncPersistence.js' {
  import type { Readable } from 'node:stream';
  import type { AedesPacket } from 'aedes-packet';

  type Session = { readonly id: string };
  type Subscription = { readonly topic: string; readonly qos: number };

  export default class MemoryPersistence {
    readonly broker: object;
    setup(broker: object): Promise<void>;
    storeRetained(packet: AedesPacket): Promise<void>;
    createRetainedStream(pattern: string): Readable;
    createRetainedStreamCombi(patterns: string[]): Readable;
    addSubscriptions(client: Session, subscriptions: Subscription[]): Promise<void>;
    removeSubscriptions(client: Session, topics: string[]): Promise<void>;
    subscriptionsByClient(client: Session): Promise<Subscription[]>;
    cleanSubscriptions(client: Session): Promise<void>;
    outgoingEnqueue(subscriber: { clientId: string }, packet: AedesPacket): Promise<void>;
    outgoingEnqueueCombi(subscribers: { clientId: string }[], packet: AedesPacket): Promise<void>;
    outgoingUpdate(client: Session, packet: AedesPacket): Promise<void>;
    outgoingClearMessageId(client: Session, packet: AedesPacket): Promise<AedesPacket | undefined>;
    outgoingStream(client: Session): Readable;
    incomingStorePacket(client: Session, packet: AedesPacket): Promise<void>;
    incomingDelPacket(client: Session, packet: AedesPacket): Promise<void>;
    cleanIncoming(client: Session): Promise<void>;
    destroy(): Promise<void>;
  }
}
