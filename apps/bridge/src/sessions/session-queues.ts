import type { AedesPacket } from 'aedes-packet';

/** A packet of QoS 1 or 2 that waits for a session, or the PUBREL that took its place. */
export type QueuedPacket = AedesPacket & {
  brokerId?: string;
  brokerCounter?: number;
  messageId?: number | undefined;
  topic?: string;
  payload?: string | Buffer;
};

export interface QueueLimits {
  /** Messages that wait for one session. */
  readonly maxQueuedMessages: number;
  /** Bytes that wait for all sessions together. */
  readonly maxQueuedBytes: number;
}

/** A packet in its place. */
export interface QueuedEntry {
  /** Places of a queue increase. */
  readonly place: number;
  /** Of the message, also when a PUBREL has taken its place. */
  readonly counter: string;
  packet: QueuedPacket;
  /** Counted until the entry is cleared, also when a PUBREL has taken the message's place. */
  readonly bytes: number;
}

interface Queue {
  readonly entries: Map<number, QueuedEntry>;
  /** By the number that the broker gave the message. */
  readonly byCounter: Map<string, QueuedEntry>;
  readonly byMessageId: Map<number, QueuedEntry>;
  nextPlace: number;
}

/** What waits for sessions, in order, with bounds. */
export class SessionQueues {
  readonly #queues = new Map<string, Queue>();
  #bytes = 0;
  /** Messages that were left out at a bound. */
  dropped = 0;

  constructor(private readonly limits: QueueLimits) {}

  /** Bytes that wait for all sessions together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a packet behind the others; undefined if a bound is reached, which is counted. */
  add(sessionId: string, packet: QueuedPacket): QueuedEntry | undefined {
    const bytes = packet.payload?.length ?? 0;
    const waiting = this.#queues.get(sessionId)?.entries.size ?? 0;
    if (waiting >= this.limits.maxQueuedMessages || this.#bytes + bytes > this.limits.maxQueuedBytes) {
      this.dropped++;
      return undefined;
    }
    return this.restore(sessionId, this.#queues.get(sessionId)?.nextPlace ?? 0, packet);
  }

  /** Puts back what waited before a restart; bounds do not count. Places are restored in their order. */
  restore(sessionId: string, place: number, packet: QueuedPacket): QueuedEntry {
    let queue = this.#queues.get(sessionId);
    if (!queue) {
      queue = { entries: new Map(), byCounter: new Map(), byMessageId: new Map(), nextPlace: 0 };
      this.#queues.set(sessionId, queue);
    }
    const entry = { place, counter: counterOf(packet), packet, bytes: packet.payload?.length ?? 0 };
    queue.nextPlace = place + 1;
    queue.entries.set(place, entry);
    queue.byCounter.set(entry.counter, entry);
    if (packet.messageId !== undefined) queue.byMessageId.set(packet.messageId, entry);
    this.#bytes += entry.bytes;
    return entry;
  }

  /**
   * A message is sent under a packet identifier, or a PUBREL takes the place of the message with that identifier.
   * Undefined: there is no such message.
   */
  update(sessionId: string, packet: QueuedPacket): QueuedEntry | undefined {
    const queue = this.#queues.get(sessionId);
    if (!queue || packet.messageId === undefined) return undefined;
    const sent = queue.byCounter.get(counterOf(packet));
    if (sent) {
      if (sent.packet.messageId !== undefined) queue.byMessageId.delete(sent.packet.messageId);
      sent.packet.messageId = packet.messageId;
      queue.byMessageId.set(packet.messageId, sent);
      return sent;
    }
    const entry = queue.byMessageId.get(packet.messageId);
    if (entry) entry.packet = packet;
    return entry;
  }

  /** Takes away what was acknowledged; undefined: nothing waits under this packet identifier. */
  clear(sessionId: string, messageId: number | undefined): QueuedEntry | undefined {
    const queue = this.#queues.get(sessionId);
    const entry = messageId === undefined ? undefined : queue?.byMessageId.get(messageId);
    if (!queue || !entry || messageId === undefined) return undefined;
    queue.byMessageId.delete(messageId);
    queue.entries.delete(entry.place);
    queue.byCounter.delete(entry.counter);
    this.#bytes -= entry.bytes;
    if (queue.entries.size === 0) this.#queues.delete(sessionId);
    return entry;
  }

  /** What waits for a session, in order. */
  list(sessionId: string): QueuedEntry[] {
    return [...(this.#queues.get(sessionId)?.entries.values() ?? [])];
  }

  /** Forgets what waits for a session, and returns it. */
  drop(sessionId: string): QueuedEntry[] {
    const entries = this.list(sessionId);
    for (const { bytes } of entries) this.#bytes -= bytes;
    this.#queues.delete(sessionId);
    return entries;
  }
}

function counterOf({ brokerId, brokerCounter }: QueuedPacket): string {
  return `${brokerId} ${brokerCounter}`;
}
