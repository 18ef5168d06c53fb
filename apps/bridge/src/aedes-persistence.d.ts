/** The package types its in-memory persistence, but not under the path that it is imported by. */
declare module 'aedes-persistence/asyncPersistence.js' {
  import type { Readable } from 'node:stream';
  import type { AedesPacket } from 'aedes-packet';

  type Session = { readonly id: string };

  export default class MemoryPersistence {
    storeRetained(packet: AedesPacket): Promise<void>;
    createRetainedStream(pattern: string): Readable;
    createRetainedStreamCombi(patterns: string[]): Readable;
    outgoingEnqueue(subscriber: { clientId: string }, packet: AedesPacket): Promise<void>;
    outgoingEnqueueCombi(subscribers: { clientId: string }[], packet: AedesPacket): Promise<void>;
    incomingStorePacket(client: Session, packet: AedesPacket): Promise<void>;
    outgoingClearMessageId(client: Session, packet: AedesPacket): Promise<AedesPacket | undefined>;
  }
}
