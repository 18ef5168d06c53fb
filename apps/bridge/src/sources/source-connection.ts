import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import type { PublishRequest } from '@fieldstream/decoders';
import { AckQueue } from '../ack-queue.js';
import type { SourceDefinition, SourceSubscription } from './source-definition.js';
import type { SourceSecrets } from './source-secrets.js';

/** A message of a foreign broker. */
export interface SourceMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly dup: boolean;
  /** The broker replays what it has kept. */
  readonly retain: boolean;
  readonly messageId: number | undefined;
}

/** What a connection tells. Nothing is told after `closed`. */
export interface SourceConnectionHost {
  connected(isSessionPresent: boolean): void;
  /** `done` without an error acknowledges, with one it cuts the connection; it may be called at any time, in any order. */
  received(message: SourceMessage, done: (error?: Error) => void): void;
  /** An acknowledgement has left. */
  acknowledged(): void;
  /** Once. */
  closed(reason: string): void;
}

export interface SourceConnectionOptions {
  readonly definition: SourceDefinition;
  readonly clientId: string;
  readonly secrets: SourceSecrets;
  readonly maxPacketBytes: number;
  readonly host: SourceConnectionHost;
}

/** How a filter was answered: granted, or the reason code of the refusal. */
export interface SubscriptionOutcome {
  readonly filter: string;
  readonly granted: 0 | 1 | 2 | undefined;
  readonly code: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 2_000;
/** Retained messages are sent for a subscription that is new, and not for one that the session has already. */
const RETAINED_FOR_NEW = 1;

/** Says to MQTT.js that a message is not acknowledged now, and that it may go on with the next one. */
const LATER = new Error('acknowledged later');

/**
 * One connection to a foreign broker, from its CONNECT to its end; it does not reconnect. MQTT.js connects, subscribes
 * and keeps alive. It would handle one message at a time, up to its acknowledgement; here many are under way, and each is
 * acknowledged (PUBACK, PUBREC) when it is safe, in the order of arrival. At the bound of the backlog nothing more is
 * read, so that TCP holds the broker up.
 */
export class SourceConnection {
  readonly #client: MqttClient;
  readonly #acks = new AckQueue();
  readonly #leaving: Buffer[] = [];
  #backlogMessages = 0;
  #backlogBytes = 0;
  #goOn: (() => void) | undefined;
  #isStopped = false;
  #isClosed = false;
  #reason = 'the connection was closed';

  constructor(private readonly options: SourceConnectionOptions) {
    this.#client = mqtt.connect(options.definition.url, connectOptions(options));
    // MQTT.js takes it from its options for MQTT 5 only, but asks it for every version.
    this.#client.options.customHandleAcks = (topic, payload, packet: IPublishPacket, next) =>
      this.#take(topic, payload, packet, () => next(LATER));
    this.#client.handleMessage = (packet, next) =>
      this.#take(packet.topic, packet.payload as Buffer, packet, () => next());
    this.#client.on('connect', ({ sessionPresent }) => options.host.connected(sessionPresent));
    this.#client.on('error', (error) => {
      if (error !== LATER) this.#reason = error.message;
    });
    this.#client.on('disconnect', ({ reasonCode }) => {
      this.#reason = `the broker closed it with reason code ${reasonCode ?? 0}`;
    });
    this.#client.on('close', () => this.#end());
  }

  /** Messages that are neither acknowledged nor given up. */
  get backlogMessages(): number {
    return this.#backlogMessages;
  }

  get backlogBytes(): number {
    return this.#backlogBytes;
  }

  /** @returns how each filter was answered; undefined when the connection closed over it */
  subscribe(
    subscriptions: readonly SourceSubscription[],
  ): Promise<readonly SubscriptionOutcome[] | undefined> {
    const filters = subscriptions.map(({ filter, qos, isShared }) => {
      // "No local" is an error on a shared subscription (MQTT5-3.8.3-4).
      return [filter, { qos, nl: !isShared, rap: false, rh: RETAINED_FOR_NEW }] as const;
    });
    return new Promise((resolve) => {
      this.#client.subscribe(Object.fromEntries(filters), (_, requested, packet) => {
        if (!packet) return resolve(undefined);
        resolve(
          packet.granted.map(Number).map((code, index) => {
            const granted = code === 0 || code === 1 || code === 2 ? code : undefined;
            return { filter: requested?.[index]?.topic ?? '', granted, code };
          }),
        );
      });
    });
  }

  /** Ends subscriptions that the session has from former times. */
  unsubscribe(filters: readonly string[]): void {
    this.#client.unsubscribe([...filters], () => {});
  }

  /** Sends at QoS 0; lost where there is no connection. */
  publish({ topic, payload }: PublishRequest): void {
    if (this.#client.connected) this.#client.publish(topic, Buffer.from(payload), { qos: 0 });
  }

  /** Takes nothing further in; it is left to be sent again. What is under way is still acknowledged. */
  stop(): void {
    this.#isStopped = true;
    this.#resume();
  }

  /** Cuts the connection without acknowledging anything more; the broker sends again what is not acknowledged. */
  cut(reason: string): void {
    if (this.#isClosed) return;
    this.#reason = reason;
    this.#client.end(true);
    this.#end();
  }

  /** Says goodbye; the session stays. */
  async close(): Promise<void> {
    this.stop();
    if (this.#isClosed) return;
    this.#flush();
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, END_TIMEOUT_MS);
      this.#client.end(!this.#client.connected, {}, () => resolve());
    });
    clearTimeout(timer);
    this.#client.stream.destroy();
    this.#end();
  }

  #take(topic: string, payload: Buffer, packet: IPublishPacket, goOn: () => void): void {
    if (this.#isStopped || this.#isClosed) return goOn();
    const { qos, dup, retain, messageId } = packet;
    const bytes = payload.length;
    this.#backlogMessages++;
    this.#backlogBytes += bytes;
    const slot = qos === 0 ? undefined : this.#acks.add(() => this.#acknowledge(packet));
    let isDone = false;
    this.options.host.received({ topic, payload, qos, dup, retain, messageId }, (error) => {
      if (isDone) return;
      isDone = true;
      this.#backlogMessages--;
      this.#backlogBytes -= bytes;
      // At once: of those before it some may never be told of.
      if (error) return this.cut(error.message);
      if (slot) this.#acks.settle(slot);
      if (!this.#isFull()) this.#resume();
    });
    if (this.#isFull()) this.#goOn = goOn;
    else goOn();
  }

  #isFull(): boolean {
    const { maxBacklogMessages, maxBacklogBytes } = this.options.definition;
    return this.#backlogMessages >= maxBacklogMessages || this.#backlogBytes >= maxBacklogBytes;
  }

  #resume(): void {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }

  #acknowledge({ qos, messageId }: IPublishPacket): void {
    if (this.#isClosed || messageId === undefined) return;
    const packet = { cmd: qos === 2 ? ('pubrec' as const) : ('puback' as const), messageId };
    const { protocolVersion } = this.options.definition;
    if (this.#leaving.push(mqttPacket.generate(packet, { protocolVersion })) === 1)
      queueMicrotask(() => this.#flush());
    this.options.host.acknowledged();
  }

  /** Acknowledgements of one turn leave in one write. */
  #flush(): void {
    const bytes = Buffer.concat(this.#leaving.splice(0));
    if (bytes.length > 0 && !this.#isClosed) this.#client.stream.write(bytes);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#resume();
    this.options.host.closed(this.#reason);
  }
}

function connectOptions({
  definition,
  clientId,
  secrets,
  maxPacketBytes,
}: SourceConnectionOptions): IClientOptions {
  const { protocolVersion, username, keepaliveSeconds, sessionExpirySeconds, maxBacklogMessages } =
    definition;
  const isMqtt5 = protocolVersion === 5;
  const { password, ca, cert, key } = secrets;
  return {
    protocolVersion,
    clientId,
    clean: false,
    keepalive: keepaliveSeconds,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A new connection is made for each attempt.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    rejectUnauthorized: definition.rejectUnauthorized,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(isMqtt5
      ? {
          properties: {
            sessionExpiryInterval: sessionExpirySeconds,
            receiveMaximum: maxBacklogMessages,
            maximumPacketSize: maxPacketBytes,
          },
        }
      : {}),
  };
}
