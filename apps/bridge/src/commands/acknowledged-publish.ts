import type { Client } from 'aedes';
import { generate, type Packet } from 'mqtt-packet';
import type { Subscriber } from './subscriber-index.js';

/** Of Aedes' client, what its types leave out. */
interface ClientParts {
  readonly _parser: {
    on(event: 'packet', listener: (packet: Packet) => void): void;
    off(event: 'packet', listener: (packet: Packet) => void): void;
  };
  _nextId: number;
}

/** A message on its way to one client. */
export interface AcknowledgedPublish {
  /** Forgets the acknowledgement, which is then not waited for any more. */
  cancel(): void;
}

/**
 * Publishes to one client and waits for its PUBACK; a subscription of QoS 0 has none, so there the message counts as
 * taken once it has left. PAST THE SESSION, on purpose: Aedes would keep the message for a session that goes away, and send it
 * again besides whoever waits here. It tells nobody whose PUBACK it was, so that the packets are listened to.
 */
export function publishAcknowledged(
  { client, qos }: Subscriber,
  message: { readonly topic: string; readonly payload: Buffer },
  onTaken: () => void,
): AcknowledgedPublish {
  const packet = { ...message, cmd: 'publish' as const, dup: false, retain: false };
  if (qos === 0) {
    let isWanted = true;
    client.conn.write(generate({ ...packet, qos: 0 }), (error) => {
      if (!error && isWanted) onTaken();
    });
    return { cancel: () => (isWanted = false) };
  }
  const parts = client as unknown as Client & ClientParts;
  const messageId = parts._nextId;
  // The packet identifiers of a client are Aedes' own, too.
  parts._nextId = messageId >= 65_535 ? 1 : messageId + 1;
  const listen = (received: Packet): void => {
    if (received.cmd !== 'puback' || received.messageId !== messageId) return;
    parts._parser.off('packet', listen);
    onTaken();
  };
  parts._parser.on('packet', listen);
  client.conn.write(generate({ ...packet, qos: 1, messageId }));
  return { cancel: () => parts._parser.off('packet', listen) };
}
