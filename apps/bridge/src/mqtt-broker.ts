import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  Aedes,
  type AedesPublishPacket,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
} from 'aedes';
import type { Logger } from '@fieldstream/domain';
import { AckQueue } from './ack-queue.js';
import type { Authenticator } from './auth/authenticator.js';
import { RETURN_CODES } from './auth/connect-decision.js';
import type { NamedConnections } from './auth/named-connections.js';
import type { TopicRights, Will } from './auth/topic-rights.js';
import { BridgeError } from './bridge-error.js';
import { SubscriberIndex } from './commands/subscriber-index.js';
import type { ClientLimits, ConnectFault } from './front/client-limits.js';
import type { ConnectQueue } from './front/connect-queue.js';
import type { Front } from './front/front.js';
import { peerName } from './front/peer-certificate.js';
import type { DeviceEventSender } from './device-event-sender.js';
import type { PublishIntake } from './publish-intake.js';
import type { SessionStore } from './session-store.js';

export interface MqttBrokerOptions {
  readonly intake: PublishIntake;
  readonly sessions: SessionStore;
  readonly events: DeviceEventSender;
  readonly rights: TopicRights;
  readonly authenticator: Authenticator;
  readonly connections: NamedConnections;
  readonly front: Front;
  readonly limits: ClientLimits;
  readonly connects: ConnectQueue;
  readonly logger: Logger;
  /** A connection that has not sent its CONNECT by then is closed. */
  readonly connectTimeoutMs: number;
  /** A subscriber that takes nothing for so long is closed. */
  readonly drainTimeoutMs: number;
  /** Bytes that may wait for one subscriber; beyond it the subscriber is closed. */
  readonly maxSubscriberBytes: number;
}

/** Who a client is. */
interface ClientIdentity {
  readonly username: string | undefined;
  /** The registered device that it proved to be. */
  readonly deviceId: string | undefined;
  /** As the client gave it. */
  readonly clientId: string;
  /** Whether what it reports for a device is stored. */
  readonly mayReport: (deviceId: string) => boolean;
}

/** What an identity puts before the client ID; no client ID holds it. */
const IDENTITY_END = '\u0000';

/** More than any topic has: the limits are looked at here, where they are counted. */
const ANY_TOPIC_LEVELS = 65_536;
/** Deliveries at a time; each publish waits for its subscribers, so this bounds what slow ones can hold up. */
const CONCURRENCY = 1_000;

/**
 * The MQTT 3.1.1 broker (Aedes). Under the policy `open` any client may publish for any device and subscribe to anything;
 * under `registered` a device publishes and subscribes for itself alone. A publish is handed to the intake before it is
 * acknowledged; Aedes acknowledges and delivers it when the intake says so.
 *
 * SESSIONS BELONG TO IDENTITIES: two clients with one client ID, of which one proved to be a device, have nothing to do
 * with each other, so that nobody takes over the session of a device, nor keeps it from connecting.
 */
export class MqttBroker {
  readonly #aedes: Aedes;
  readonly #acks = new WeakMap<Client, AckQueue>();
  readonly #refused = new WeakMap<Client, ConnectFault>();
  readonly #wills = new WeakMap<Client, Will>();
  readonly #identities = new WeakMap<Client, ClientIdentity>();
  /** Connected clients by what they are subscribed to. */
  readonly subscribers: SubscriberIndex;
  /** Messages of QoS 0 that were not delivered to a subscriber that did not keep up. */
  forwardsDropped = 0;
  /** Subscribers that were closed because too much waited for them. */
  subscribersClosed = 0;

  constructor(private readonly options: MqttBrokerOptions) {
    this.#aedes = new Aedes({
      id: randomUUID(),
      persistence: options.sessions,
      concurrency: CONCURRENCY,
      connectTimeout: options.connectTimeoutMs,
      drainTimeout: options.drainTimeoutMs,
      maxTopicLevels: ANY_TOPIC_LEVELS,
      preConnect: (client, packet, callback) => {
        this.#checkLimits(client, packet);
        if (packet.will) this.#wills.set(client, willOf(packet.will));
        callback(null, true);
      },
      authenticate: async (client, username, password, callback) => {
        const refusal = await this.#admit(client, username, password);
        if (refusal === null) options.front.letIn(client.conn, this.#identityOf(client).deviceId);
        callback(refusal, refusal === null);
      },
      authorizeSubscribe: (client, subscription, callback) => {
        const isAllowed =
          options.limits.maySubscribe(client, subscription.topic) &&
          options.rights.maySubscribe(this.#identityOf(client).deviceId, subscription.topic);
        // Without a subscription Aedes answers with 0x80, "failure".
        callback(null, isAllowed ? subscription : null);
      },
      authorizePublish: (client, packet, callback) => this.#accept(client, packet, callback),
      authorizeForward: (client, packet) => this.#forward(client, packet),
    });
    this.subscribers = new SubscriberIndex(this.#aedes);
  }

  /** Ready for connections; there is no listener in here. */
  async start(): Promise<void> {
    const { events, limits, logger } = this.options;
    this.#aedes.on('client', (client) => events.connected(this.#identityOf(client)));
    this.#aedes.on('clientDisconnect', (client) => events.disconnected(this.#identityOf(client)));
    for (const event of ['clientError', 'connectionError'] as const) {
      this.#aedes.on(event, (client, error) => {
        logger.debug({ clientId: client.id, err: error }, 'MQTT connection failed');
      });
    }
    this.#aedes.on('unsubscribe', (filters, client) => limits.unsubscribed(client, filters));
    this.#aedes.on('keepaliveTimeout', (client) => {
      logger.debug({ clientId: client.id }, 'MQTT client fell silent');
    });
    // Aedes reports faults of its stores this way; without a listener they would end the process.
    this.#aedes.on(
      'error' as 'closed',
      ((error: unknown) => {
        logger.error({ err: error }, 'the MQTT broker failed to deliver');
      }) as () => void,
    );
    await this.#aedes.listen();
  }

  /** Serves one connection. */
  handle(stream: Duplex): void {
    this.#aedes.handle(stream);
  }

  /** Publishes in the bridge's own name; resolves when it was handed to all subscribers. */
  publish(topic: string, payload: Buffer, retain: boolean): Promise<void> {
    const packet: PublishPacket = { cmd: 'publish', topic, payload, qos: 1, retain, dup: false };
    return new Promise((resolve, reject) => {
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Removes a retained message without delivering an empty one to those who are subscribed. */
  async clearRetained(topic: string): Promise<void> {
    const empty = { cmd: 'publish', topic, payload: Buffer.alloc(0), qos: 0, retain: true, dup: false };
    await this.options.sessions.storeRetained(empty as unknown as AedesPublishPacket);
  }

  /** Whether a connected client may be sent what the bridge itself publishes. */
  mayReceive(client: Client, topic: string): boolean {
    return this.options.rights.mayReceive(this.#identityOf(client).deviceId, topic, undefined);
  }

  /** Closes every connection. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#aedes.close(() => resolve()));
  }

  #checkLimits(client: Client, packet: ConnectPacket): void {
    const { limits } = this.options;
    const fault = limits.connectFault(packet);
    if (fault) this.#refused.set(client, fault);
    (packet as { keepalive?: number }).keepalive = limits.keepaliveOf(packet.keepalive);
  }

  /** Why a client is not let in, if it is not. Aedes answers with the return code and closes the connection. */
  async #admit(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | null> {
    const { authenticator, connections, connects, logger } = this.options;
    const fault = this.#refused.get(client);
    if (fault) {
      const { message, returnCode } = fault;
      return Object.assign(new BridgeError('over-limit', message), { returnCode });
    }
    const refusal = (why: string, returnCode: number, cause?: unknown): AuthenticateError =>
      Object.assign(new BridgeError('not-authenticated', `the client is not let in: ${why}`, { cause }), {
        returnCode,
      });
    if (!(await connects.turn(() => !client.closed))) return refusal('too many connect', RETURN_CODES.busy);
    try {
      const certificateName = peerName(client.conn);
      const will = this.#wills.get(client);
      const request = { username, password: password?.toString(), certificateName, will };
      const outcome = await authenticator.authenticate(request, () => !client.closed);
      if (!outcome.ok) return refusal(outcome.reason, RETURN_CODES[outcome.reason]);
      // Nobody would tell the connections that it has gone.
      if (client.closed || client.conn.destroyed) return refusal('it has left', RETURN_CODES.busy);
      const { deviceId } = outcome;
      const mayReport = this.#reportingOf(deviceId);
      this.#identities.set(client, { deviceId, clientId: client.id, username, mayReport });
      // No client ID holds U+0000, so nobody else's session has this name.
      if (deviceId !== undefined) client.id = `${deviceId}${IDENTITY_END}${client.id}`;
      const name = deviceId ?? username;
      if (name !== undefined) connections.add(name, client.conn);
      return null;
    } catch (error) {
      logger.error({ err: error, username }, 'the token of a device could not be checked');
      return refusal('its token could not be checked', RETURN_CODES.busy, error);
    }
  }

  #identityOf(client: Client): ClientIdentity {
    const identity = this.#identities.get(client);
    if (identity) return identity;
    return {
      deviceId: undefined,
      username: undefined,
      clientId: client.id,
      mayReport: this.#reportingOf(undefined),
    };
  }

  #reportingOf(deviceId: string | undefined): (reported: string) => boolean {
    return (reported) => this.options.rights.mayReport(deviceId, reported);
  }

  #accept(client: Client | null, packet: PublishPacket, callback: (error?: Error | null) => void): void {
    const will = (client as { will?: unknown } | null)?.will;
    const isWill = client === null || packet === will;
    const { topic, qos } = packet;
    const topicFault = this.options.limits.topicFault(topic);
    if (client && topicFault !== undefined) {
      this.options.front.cutStream(client.conn, 'topic-refused', topicFault);
      callback(new BridgeError('over-limit', topicFault));
      return;
    }
    const identity = client ? this.#identityOf(client) : undefined;
    const right = this.options.rights.publishing(identity?.deviceId, topic);
    // Aedes adds it after it has put the message into sessions and among the retained ones; delivery asks for it there too.
    if (client) (packet as { clientId?: string }).clientId = client.id;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const publish = {
      topic,
      payload,
      qos,
      dup: packet.dup,
      retain: packet.retain,
      messageId: packet.messageId,
      clientId: identity?.clientId,
      isWill,
      isForbidden: right === 'forbidden',
      isClaimedOnly: right === 'claimed-only',
      mayReport: identity?.mayReport ?? this.#reportingOf(undefined),
      identity: identity?.deviceId,
      username: identity?.username,
    };
    this.options.intake.accept(publish, client ? this.#acksOf(client) : new AckQueue(), (error) => {
      // The client left without waiting for the acknowledgement; its message reaches the subscribers all the same.
      if (client?.closed && !isWill && !error)
        return qos === 1 ? this.#aedes.publish(packet, () => {}) : undefined;
      if (identity && isWill && !error) this.options.events.lastWill(identity, topic);
      callback(error ?? null);
    });
  }

  #acksOf(client: Client): AckQueue {
    let acks = this.#acks.get(client);
    if (!acks) this.#acks.set(client, (acks = new AckQueue()));
    return acks;
  }

  /**
   * Whether a subscriber gets a message now. One that does not keep up loses messages of QoS 0, and is closed when too
   * much waits for it; it never holds up the publishers for longer than the drain time-out.
   */
  #forward(client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
    // A session that is away is also kept what it asked for together with something that it may read.
    const { deviceId } = this.#identityOf(client);
    if (!this.options.rights.mayReceive(deviceId, packet.topic, publisherOf(packet))) return null;
    const { writableNeedDrain, writableLength } = client.conn;
    // Retained messages of a new subscription are sent one by one, each when the one before has left.
    if (!writableNeedDrain || packet.retain) return packet;
    if (writableLength > this.options.maxSubscriberBytes) {
      this.subscribersClosed++;
      client.conn.destroy();
      return null;
    }
    if (packet.qos > 0 && wantsAcknowledged(client)) return packet;
    this.forwardsDropped++;
    return null;
  }
}

function willOf({ topic, payload }: { topic: string; payload: string | Buffer }): Will {
  return { topic, payload: Buffer.from(payload) };
}

/** Identity of a message's publisher; null: it has none; undefined: the bridge itself, which retains what is the server's only. */
function publisherOf(packet: AedesPublishPacket): string | null | undefined {
  const { clientId } = packet as { clientId?: string };
  if (clientId === undefined) return packet.retain ? null : undefined;
  const end = clientId.indexOf(IDENTITY_END);
  return end < 0 ? null : clientId.slice(0, end);
}

/** Whether any subscription of a client is of QoS 1 or 2; which of them a message is for, Aedes does not tell. */
function wantsAcknowledged(client: Client): boolean {
  const { subscriptions } = client as unknown as { subscriptions: Record<string, { qos: number }> };
  return Object.values(subscriptions).some(({ qos }) => qos > 0);
}
