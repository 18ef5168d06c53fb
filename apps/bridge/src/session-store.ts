import { Readable } from 'node:stream';
import type { AedesPacket } from 'aedes-packet';
import MemoryPersistence from 'aedes-persistence/asyncPersistence.js';

export interface SessionLimits {
  /** Retained messages of clients, all together. */
  readonly maxRetainedMessages: number;
  readonly maxRetainedBytes: number;
  /** Messages of QoS 1 and 2 that wait for one session. */
  readonly maxQueuedMessages: number;
  /** Bytes that wait for all sessions together. */
  readonly maxQueuedBytes: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  maxRetainedMessages: 100_000,
  maxRetainedBytes: 64 * 1024 * 1024,
  maxQueuedMessages: 1_000,
  maxQueuedBytes: 64 * 1024 * 1024,
};

interface Queue {
  messages: number;
  bytes: number;
}

type PublishPacket = AedesPacket & { topic: string; payload: string | Buffer };
type Subscriber = { clientId: string };

/** What a retained message costs besides its bytes. */
const FLAT_RATE_BYTES = 256;
const NOTHING = Buffer.alloc(0);
/** Topics of the bridge itself, whose retained messages are bounded by whoever writes them. */
const OWN_TOPICS = 'alerts/';

/**
 * Sessions and retained messages, in memory, with bounds: beyond them new retained messages are delivered but not kept,
 * and messages for a session whose queue is full are left out; both are counted. Payloads are copied, because they are
 * windows of whole chunks that were read from a socket.
 */
export class SessionStore extends MemoryPersistence {
  readonly #retained = new Map<string, PublishPacket>();
  readonly #queues = new Map<string, Queue>();
  #retainedBytes = 0;
  #queuedBytes = 0;
  /** Retained messages that were not kept. */
  retainedDropped = 0;
  /** Messages that were left out of a session's queue. */
  queuedDropped = 0;

  constructor(private readonly limits: SessionLimits = DEFAULT_SESSION_LIMITS) {
    super();
  }

  get retainedMessages(): number {
    return this.#retained.size;
  }

  override async storeRetained(packet: AedesPacket): Promise<void> {
    const { topic, payload } = packet as PublishPacket;
    const known = this.#retained.get(topic);
    const knownBytes = known ? sizeOf(known) : 0;
    if (payload.length === 0) {
      this.#retained.delete(topic);
      this.#retainedBytes -= knownBytes;
      return;
    }
    const kept = { ...packet, payload: Buffer.from(payload) } as PublishPacket;
    const bytes = this.#retainedBytes - knownBytes + sizeOf(kept);
    const messages = this.#retained.size + (known ? 0 : 1);
    const isTooMuch = messages > this.limits.maxRetainedMessages || bytes > this.limits.maxRetainedBytes;
    if (isTooMuch && !topic.startsWith(OWN_TOPICS)) {
      this.retainedDropped++;
      return;
    }
    this.#retained.set(topic, kept);
    this.#retainedBytes = bytes;
  }

  override createRetainedStream(pattern: string): Readable {
    return this.createRetainedStreamCombi([pattern]);
  }

  override createRetainedStreamCombi(patterns: string[]): Readable {
    return Readable.from(this.#matching(patterns));
  }

  override async outgoingEnqueue(subscriber: Subscriber, packet: AedesPacket): Promise<void> {
    await this.outgoingEnqueueCombi([subscriber], packet);
  }

  override async outgoingEnqueueCombi(subscribers: Subscriber[], packet: AedesPacket): Promise<void> {
    if (subscribers.length === 0) return;
    const { payload } = packet as PublishPacket;
    const admitted = subscribers.filter(({ clientId }) => this.#admit(clientId, payload.length));
    if (admitted.length === 0) return;
    await super.outgoingEnqueueCombi(admitted, { ...packet, payload: Buffer.from(payload) } as AedesPacket);
  }

  /** A QoS 2 publish until its PUBREL: only its packet identifier is ever asked for. */
  override async incomingStorePacket(client: { readonly id: string }, packet: AedesPacket): Promise<void> {
    const { messageId } = packet;
    await super.incomingStorePacket(client, {
      cmd: 'publish',
      messageId,
      payload: NOTHING,
    } as unknown as AedesPacket);
  }

  override async outgoingClearMessageId(
    client: { readonly id: string },
    packet: AedesPacket,
  ): Promise<AedesPacket | undefined> {
    const queue = this.#queues.get(client.id);
    // The base class would keep an empty queue for every client that ever acknowledged something.
    if (!queue) return undefined;
    const cleared = await super.outgoingClearMessageId(client, packet);
    if (!cleared) return undefined;
    // A PUBREL that took its message's place has no payload; its bytes are released with the last message.
    const bytes =
      --queue.messages > 0 ? ((cleared as Partial<PublishPacket>).payload?.length ?? 0) : queue.bytes;
    queue.bytes -= bytes;
    this.#queuedBytes -= bytes;
    if (queue.messages === 0) this.#queues.delete(client.id);
    return cleared;
  }

  #admit(clientId: string, bytes: number): boolean {
    const queue = this.#queues.get(clientId) ?? { messages: 0, bytes: 0 };
    const isFull =
      queue.messages >= this.limits.maxQueuedMessages ||
      this.#queuedBytes + bytes > this.limits.maxQueuedBytes;
    if (isFull) {
      this.queuedDropped++;
      return false;
    }
    queue.messages++;
    queue.bytes += bytes;
    this.#queuedBytes += bytes;
    this.#queues.set(clientId, queue);
    return true;
  }

  *#matching(patterns: readonly string[]): Generator<PublishPacket> {
    for (const pattern of patterns) {
      if (!pattern.includes('+') && !pattern.includes('#')) {
        const packet = this.#retained.get(pattern);
        if (packet) yield packet;
        continue;
      }
      const levels = pattern.split('/');
      for (const [topic, packet] of this.#retained) if (matches(levels, topic)) yield packet;
    }
  }
}

function sizeOf(packet: PublishPacket): number {
  return packet.topic.length + packet.payload.length + FLAT_RATE_BYTES;
}

/** MQTT 3.1.1, section 4.7: topic names and topic filters. */
export function matches(filter: readonly string[], topic: string): boolean {
  // A wildcard at the start does not match the server's own topics (MQTT-4.7.2-1).
  if (topic.startsWith('$') && (filter[0] === '#' || filter[0] === '+')) return false;
  const levels = topic.split('/');
  for (const [index, level] of filter.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return filter.length === levels.length;
}
