import { Readable } from 'node:stream';
import type { AedesPacket } from 'aedes-packet';
import MemoryPersistence from 'aedes-persistence/asyncPersistence.js';
import type { JournalKey, SessionJournal } from './sessions/session-journal.js';
import { type QueuedPacket, type QueueLimits, SessionQueues } from './sessions/session-queues.js';

export interface SessionLimits extends QueueLimits {
  /** Retained messages of clients, all together. */
  readonly maxRetainedMessages: number;
  readonly maxRetainedBytes: number;
  /** Retained messages of one device, or, where none is known, of one client ID. */
  readonly maxRetainedPerClient: number;
  /** Topic filters of one session. */
  readonly maxFilters: number;
  /** Persistent sessions; beyond it one that is away is forgotten. */
  readonly maxSessions: number;
  /** A session that has been away for so long is forgotten. */
  readonly sessionExpiryHours: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  maxRetainedMessages: 100_000,
  maxRetainedBytes: 64 * 1024 * 1024,
  maxRetainedPerClient: 10_000,
  maxQueuedMessages: 1_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxFilters: 1_000,
  maxSessions: 100_000,
  sessionExpiryHours: 168,
};

type PublishPacket = AedesPacket & { topic: string; payload: string | Buffer; clientId?: string };
type Subscriber = { clientId: string };
type Session = { readonly id: string };
interface Subscription {
  readonly topic: string;
  readonly qos: number;
}

interface Retained {
  readonly packet: PublishPacket;
  readonly owner: string | undefined;
}

/** What a retained message costs besides its bytes. */
const FLAT_RATE_BYTES = 256;
const NOTHING = Buffer.alloc(0);
/** Topics of the bridge itself: rebuilt from Kafka at each start, and bounded by whoever writes them. */
const OWN_TOPICS = /^(?:alerts\/|devices\/[^/]+\/presence$)/;
const HOUR_MS = 60 * 60 * 1000;
const SWEEP_EVERY_MS = 10 * 60 * 1000;

/**
 * Sessions and retained messages, in memory with bounds, and on disk where there is a journal: then they are there again
 * after a restart. Beyond the bounds new retained messages are delivered but not kept, and messages for a session whose
 * queue is full are left out; both are counted. Payloads are copied, because they are windows of whole chunks that were
 * read from a socket.
 */
export class SessionStore extends MemoryPersistence {
  readonly #retained = new Map<string, Retained>();
  readonly #retainedByOwner = new Map<string, number>();
  readonly #queues: SessionQueues;
  /** Persistent sessions, and when each was last known to be connected (epoch ms); longest unchanged first. */
  readonly #sessions = new Map<string, number>();
  #journal: SessionJournal | undefined;
  readonly #stored = new WeakSet<object>();
  #sweeping: NodeJS.Timeout | undefined;
  #retainedBytes = 0;
  /** Retained messages that were not kept. */
  retainedDropped = 0;
  /** Sessions that were forgotten because they were away for too long, or too many. */
  sessionsForgotten = 0;

  /** @param now Epoch milliseconds. */
  constructor(
    private readonly limits: SessionLimits = DEFAULT_SESSION_LIMITS,
    private readonly now: () => number = Date.now,
  ) {
    super();
    this.#queues = new SessionQueues(limits);
  }

  get retainedMessages(): number {
    return this.#retained.size;
  }

  /** Persistent sessions, connected or away. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Messages that were left out of a session's queue. */
  get queuedDropped(): number {
    return this.#queues.dropped;
  }

  /** Bytes that wait for all sessions together. */
  get queuedBytes(): number {
    return this.#queues.bytes;
  }

  /** Why changes are not kept on disk at present; undefined when they are, or need not be. */
  get fault(): Error | undefined {
    return this.#journal?.fault;
  }

  /** Takes over what a journal has, and writes every change there from now on. Called before the broker starts. */
  async restore(journal: SessionJournal): Promise<void> {
    const queued: [sessionId: string, place: number, packet: QueuedPacket][] = [];
    for await (const { key, value } of journal.entries()) {
      const [kind, owner, item] = key;
      if (kind === 'retained') this.#keep(packetOf(value) as PublishPacket, owner === '' ? undefined : owner);
      else if (kind === 'subscription') {
        await super.addSubscriptions({ id: owner }, [{ topic: String(item), qos: value as number }]);
        if (!this.#sessions.has(owner)) this.#sessions.set(owner, this.now());
      } else if (kind === 'queued') queued.push([owner, Number(item), packetOf(value)]);
      else if (kind === 'incoming') await this.#storeIncoming(owner, Number(item));
      else if (kind === 'session') this.#sessions.set(owner, value as number);
    }
    queued.sort((a, b) => a[1] - b[1]);
    for (const [sessionId, place, packet] of queued) this.#queues.restore(sessionId, place, packet);
    this.#journal = journal;
  }

  /** From now on sessions that are away are forgotten in time. */
  override async setup(broker: Parameters<MemoryPersistence['setup']>[0]): Promise<void> {
    await super.setup(broker);
    this.#sweeping = setInterval(() => this.sweep(), SWEEP_EVERY_MS);
    this.#sweeping.unref();
  }

  override async destroy(): Promise<void> {
    clearInterval(this.#sweeping);
    await super.destroy();
    await this.#journal?.close();
    this.#journal = undefined;
  }

  override async storeRetained(packet: AedesPacket): Promise<void> {
    const { topic, payload } = packet as PublishPacket;
    const owner = ownerOf(packet as PublishPacket);
    const known = this.#retained.get(topic);
    if (payload.length === 0) {
      if (known) {
        this.#release(known);
        this.#retained.delete(topic);
      }
      return this.#written();
    }
    const kept = { ...packet, payload: Buffer.from(payload) } as PublishPacket;
    const bytes = this.#retainedBytes - (known ? sizeOf(known.packet) : 0) + sizeOf(kept);
    const messages = this.#retained.size + (known ? 0 : 1);
    const isTooMuch =
      messages > this.limits.maxRetainedMessages ||
      bytes > this.limits.maxRetainedBytes ||
      (known?.owner !== owner && this.#retainedOf(owner) >= this.limits.maxRetainedPerClient);
    if (isTooMuch && !OWN_TOPICS.test(topic)) {
      this.retainedDropped++;
      return undefined;
    }
    if (known) this.#release(known);
    this.#keep(kept, owner);
    return this.#written();
  }

  override createRetainedStream(pattern: string): Readable {
    return this.createRetainedStreamCombi([pattern]);
  }

  override createRetainedStreamCombi(patterns: string[]): Readable {
    return Readable.from(this.#matching(patterns));
  }

  /** Only persistent sessions are subscribed here. */
  override async addSubscriptions(client: Session, subscriptions: Subscription[]): Promise<void> {
    // Aedes calls this with all filters of a SUBSCRIBE, once for each of them that is granted.
    if (this.#stored.has(subscriptions)) return;
    this.#stored.add(subscriptions);
    // Among them are those that were refused, which must not fill the session.
    const known = new Set((await super.subscriptionsByClient(client)).map(({ topic }) => topic));
    const kept = subscriptions.filter(
      ({ topic }) => known.has(topic) || known.add(topic).size <= this.limits.maxFilters,
    );
    await super.addSubscriptions(client, kept);
    if (!this.#sessions.has(client.id) && this.#sessions.size >= this.limits.maxSessions) {
      await this.#forgetOneAway();
    }
    this.#touch(client.id);
    for (const { topic, qos } of kept) {
      this.#journal?.put(['subscription', client.id, topic], qos);
    }
    await this.#written();
  }

  /** Asked when a session is resumed. */
  override async subscriptionsByClient(client: Session): Promise<Subscription[]> {
    if (this.#sessions.has(client.id)) this.#touch(client.id);
    return super.subscriptionsByClient(client);
  }

  override async removeSubscriptions(client: Session, topics: string[]): Promise<void> {
    await super.removeSubscriptions(client, topics);
    for (const topic of topics) this.#journal?.delete(['subscription', client.id, topic]);
    await this.#written();
  }

  /** A client has connected that wants no session, or starts one anew. */
  override async cleanSubscriptions(client: Session): Promise<void> {
    if (this.#sessions.has(client.id)) await this.#forget(client.id);
    else await super.cleanSubscriptions(client);
  }

  override async outgoingEnqueue(subscriber: Subscriber, packet: AedesPacket): Promise<void> {
    await this.outgoingEnqueueCombi([subscriber], packet);
  }

  override async outgoingEnqueueCombi(subscribers: Subscriber[], packet: AedesPacket): Promise<void> {
    if (subscribers.length === 0) return;
    const { payload } = packet as PublishPacket;
    const copy = Buffer.from(payload);
    for (const { clientId } of subscribers) {
      // One for each: packet identifiers are the session's own.
      const entry = this.#queues.add(clientId, Object.assign(plain(packet), { payload: copy }));
      if (entry) this.#journal?.put(['queued', clientId, entry.place], entry.packet);
    }
    await this.#written();
  }

  /** @throws Error where there is no such packet */
  override async outgoingUpdate(client: Session, packet: AedesPacket): Promise<void> {
    const entry = this.#queues.update(client.id, packet);
    if (!entry) throw new Error('no such packet');
    this.#journal?.put(['queued', client.id, entry.place], plain(entry.packet));
    await this.#written();
  }

  override async outgoingClearMessageId(
    client: Session,
    packet: AedesPacket,
  ): Promise<AedesPacket | undefined> {
    const entry = this.#queues.clear(client.id, (packet as QueuedPacket).messageId);
    if (!entry) return undefined;
    this.#journal?.delete(['queued', client.id, entry.place]);
    await this.#written();
    return entry.packet;
  }

  override outgoingStream(client: Session): Readable {
    return Readable.from(this.#queues.list(client.id).map(({ packet }) => packet));
  }

  /** A QoS 2 publish until its PUBREL: only its packet identifier is ever asked for. */
  override async incomingStorePacket(client: Session, packet: AedesPacket): Promise<void> {
    const messageId = Number((packet as QueuedPacket).messageId);
    await this.#storeIncoming(client.id, messageId);
    if (!this.#sessions.has(client.id)) return;
    this.#journal?.put(['incoming', client.id, messageId], null);
    await this.#written();
  }

  override async incomingDelPacket(client: Session, packet: AedesPacket): Promise<void> {
    await super.incomingDelPacket(client, packet);
    if (!this.#sessions.has(client.id)) return;
    this.#journal?.delete(['incoming', client.id, Number((packet as QueuedPacket).messageId)]);
    await this.#written();
  }

  /** Forgets the sessions that have been away for too long. */
  sweep(): void {
    const nowMs = this.now();
    // A copy: whoever is touched goes to the end.
    const sessions = [...this.#sessions];
    for (const [sessionId, seenAtMs] of sessions) {
      if (this.#isConnected(sessionId)) this.#touch(sessionId);
      else if (nowMs - seenAtMs > this.limits.sessionExpiryHours * HOUR_MS) void this.#forget(sessionId);
    }
  }

  #keep(packet: PublishPacket, owner: string | undefined): void {
    this.#retained.set(packet.topic, { packet, owner });
    this.#retainedBytes += sizeOf(packet);
    if (owner !== undefined) {
      this.#retainedByOwner.set(owner, this.#retainedOf(owner) + 1);
    }
    if (!OWN_TOPICS.test(packet.topic)) this.#journal?.put(retainedKey(packet.topic, owner), plain(packet));
  }

  /** It is replaced or removed. */
  #release({ packet, owner }: Retained): void {
    this.#retainedBytes -= sizeOf(packet);
    if (owner !== undefined) {
      const left = this.#retainedOf(owner) - 1;
      if (left > 0) this.#retainedByOwner.set(owner, left);
      else this.#retainedByOwner.delete(owner);
    }
    this.#journal?.delete(retainedKey(packet.topic, owner));
  }

  #retainedOf(owner: string | undefined): number {
    return owner === undefined ? 0 : (this.#retainedByOwner.get(owner) ?? 0);
  }

  #storeIncoming(sessionId: string, messageId: number): Promise<void> {
    const packet = { cmd: 'publish', messageId, payload: NOTHING } as unknown as AedesPacket;
    return super.incomingStorePacket({ id: sessionId }, packet);
  }

  #isConnected(sessionId: string): boolean {
    const { clients } = this.broker as unknown as { clients: Record<string, unknown> };
    return Object.hasOwn(clients, sessionId);
  }

  #touch(sessionId: string): void {
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, this.now());
    this.#journal?.put(['session', sessionId, ''], this.now());
  }

  async #forgetOneAway(): Promise<void> {
    for (const sessionId of this.#sessions.keys()) {
      if (!this.#isConnected(sessionId)) return this.#forget(sessionId);
    }
  }

  async #forget(sessionId: string): Promise<void> {
    if (!this.#isConnected(sessionId)) this.sessionsForgotten++;
    this.#sessions.delete(sessionId);
    const keys: JournalKey[] = [['session', sessionId, '']];
    for (const { place } of this.#queues.drop(sessionId)) keys.push(['queued', sessionId, place]);
    for (const { topic } of await super.subscriptionsByClient({ id: sessionId })) {
      keys.push(['subscription', sessionId, topic]);
    }
    await super.cleanSubscriptions({ id: sessionId });
    await super.cleanIncoming({ id: sessionId });
    for (const key of keys) this.#journal?.delete(key);
    await this.#written();
  }

  #written(): Promise<void> {
    return this.#journal?.written() ?? Promise.resolve();
  }

  *#matching(patterns: readonly string[]): Generator<PublishPacket> {
    for (const pattern of patterns) {
      if (!pattern.includes('+') && !pattern.includes('#')) {
        const retained = this.#retained.get(pattern);
        if (retained) yield retained.packet;
        continue;
      }
      const levels = pattern.split('/');
      for (const [topic, { packet }] of this.#retained) if (matches(levels, topic)) yield packet;
    }
  }
}

/** Who has published a message: the device of the session (`MqttBroker` puts it before the client ID), or the client. */
function ownerOf({ clientId }: PublishPacket): string | undefined {
  return clientId?.split('\u0000', 1)[0];
}

function retainedKey(topic: string, owner: string | undefined): JournalKey {
  return ['retained', owner ?? '', topic];
}

/** What of a packet is worth keeping: no functions, no connection. */
function plain(packet: AedesPacket): QueuedPacket {
  const { cmd, brokerId, brokerCounter, topic, payload, qos, retain, dup, messageId, clientId } =
    packet as QueuedPacket & { clientId?: string; qos?: number; retain?: boolean; dup?: boolean };
  return {
    cmd,
    brokerId,
    brokerCounter,
    topic,
    payload,
    qos,
    retain,
    dup,
    messageId,
    ...(clientId === undefined ? {} : { clientId }),
  } as unknown as QueuedPacket;
}

/** As it was written: bytes come back as a plain Uint8Array. */
function packetOf(value: unknown): QueuedPacket {
  const packet = value as QueuedPacket & { payload?: Uint8Array };
  return Object.assign(packet, { payload: Buffer.from(packet.payload ?? NOTHING) });
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
