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
import type { DevicePolicy } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { AckQueue } from './ack-queue.js';
import type { Authenticator } from './auth/authenticator.js';
import { RETURN_CODES } from './auth/connect-decision.js';
import type { NamedConnections } from './auth/named-connections.js';
import { mayPublish, mayRead } from './auth/topic-rights.js';
import { BridgeError } from './bridge-error.js';
import type { DeviceEventSender } from './device-event-sender.js';
import type { PublishIntake } from './publish-intake.js';
import type { SessionStore } from './session-store.js';

export interface MqttBrokerOptions {
  readonly intake: PublishIntake;
  readonly sessions: SessionStore;
  readonly events: DeviceEventSender;
  readonly policy: DevicePolicy;
  readonly authenticator: Authenticator;
  readonly connections: NamedConnections;
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
}

/** CONNACK return code 2, "identifier rejected" (MQTT 3.1.1, table 3.1). */
const IDENTIFIER_REJECTED = 2;
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
  readonly #refused = new WeakMap<Client, BridgeError>();
  readonly #wills = new WeakMap<Client, string>();
  readonly #identities = new WeakMap<Client, ClientIdentity>();
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
      preConnect: (client, packet, callback) => {
        this.#checkIdentifier(client, packet);
        if (packet.will) this.#wills.set(client, packet.will.topic);
        callback(null, true);
      },
      authenticate: async (client, username, password, callback) => {
        const refusal = await this.#admit(client, username, password);
        callback(refusal, refusal === null);
      },
      authorizeSubscribe: (client, subscription, callback) => {
        const isAllowed = mayRead(options.policy, this.#identityOf(client).deviceId, subscription.topic);
        // Without a subscription Aedes answers with 0x80, "failure".
        callback(null, isAllowed ? subscription : null);
      },
      authorizePublish: (client, packet, callback) => this.#accept(client, packet, callback),
      authorizeForward: (client, packet) => this.#forward(client, packet),
    });
  }

  /** Ready for connections; there is no listener in here. */
  async start(): Promise<void> {
    const { events, logger } = this.options;
    this.#aedes.on('client', (client) => events.connected(this.#identityOf(client)));
    this.#aedes.on('clientDisconnect', (client) => events.disconnected(this.#identityOf(client)));
    for (const event of ['clientError', 'connectionError'] as const) {
      this.#aedes.on(event, (client, error) => {
        logger.debug({ clientId: client.id, err: error }, 'MQTT connection failed');
      });
    }
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

  /** Closes every connection. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#aedes.close(() => resolve()));
  }

  #checkIdentifier(client: Client, { clientId, clean }: ConnectPacket): void {
    // MQTT-3.1.3-8: a session cannot be resumed without a name.
    const fault = !clientId && !clean ? 'an empty client ID needs a clean session' : undefined;
    // MQTT-1.5.3-2.
    const reason = fault ?? (clientId?.includes('\u0000') ? 'the client ID contains U+0000' : undefined);
    if (reason !== undefined) this.#refused.set(client, new BridgeError('identifier-rejected', reason));
  }

  /** Why a client is not let in, if it is not. Aedes answers with the return code and closes the connection. */
  async #admit(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | null> {
    const { authenticator, connections, logger } = this.options;
    const fault = this.#refused.get(client);
    if (fault) return Object.assign(fault, { returnCode: IDENTIFIER_REJECTED });
    const refusal = (why: string, returnCode: number, cause?: unknown): AuthenticateError =>
      Object.assign(new BridgeError('not-authenticated', `the client is not let in: ${why}`, { cause }), {
        returnCode,
      });
    try {
      const claim = { username, password: password?.toString(), willTopic: this.#wills.get(client) };
      const outcome = await authenticator.authenticate(claim, () => !client.closed);
      if (!outcome.ok) return refusal(outcome.reason, RETURN_CODES[outcome.reason]);
      // Nobody would tell the connections that it has gone.
      if (client.closed || client.conn.destroyed) return refusal('it has left', RETURN_CODES.busy);
      const { deviceId } = outcome;
      this.#identities.set(client, { deviceId, clientId: client.id, username });
      // No client ID holds U+0000, so nobody else's session has this name.
      if (deviceId !== undefined) client.id = `${deviceId}\u0000${client.id}`;
      if (username !== undefined) connections.add(username, client.conn);
      return null;
    } catch (error) {
      logger.error({ err: error, username }, 'the token of a device could not be checked');
      return refusal('its token could not be checked', RETURN_CODES.busy, error);
    }
  }

  #identityOf(client: Client): ClientIdentity {
    return this.#identities.get(client) ?? { deviceId: undefined, clientId: client.id, username: undefined };
  }

  #accept(client: Client | null, packet: PublishPacket, callback: (error?: Error | null) => void): void {
    const will = (client as { will?: unknown } | null)?.will;
    const isWill = client === null || packet === will;
    const { topic, qos } = packet;
    const identity = client ? this.#identityOf(client) : undefined;
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
      isForbidden: !mayPublish(this.options.policy, identity?.deviceId, topic),
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
    if (!mayRead(this.options.policy, this.#identityOf(client).deviceId, packet.topic)) return null;
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

/** Whether any subscription of a client is of QoS 1 or 2; which of them a message is for, Aedes does not tell. */
function wantsAcknowledged(client: Client): boolean {
  const { subscriptions } = client as unknown as { subscriptions: Record<string, { qos: number }> };
  return Object.values(subscriptions).some(({ qos }) => qos > 0);
}
