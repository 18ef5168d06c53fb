import type { DecoderSet, PublishRequest } from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import { AckQueue } from '../ack-queue.js';
import type { IncomingPublish, PublishIntake } from '../publish-intake.js';
import { Backoff } from './backoff.js';
import { SourceConnection, type SourceMessage } from './source-connection.js';
import { isReservedTopic, type SourceDefinition } from './source-definition.js';
import type { SourceMemory } from './source-memory.js';
import { readSecrets, type SourceSecrets } from './source-secrets.js';

export interface SourceOptions {
  readonly definition: SourceDefinition;
  readonly clientId: string;
  readonly intake: Pick<PublishIntake, 'accept'>;
  readonly decoders: Pick<DecoderSet, 'select'>;
  readonly mayReport?: (deviceId: string) => boolean;
  readonly memory: SourceMemory;
  /** Larger payloads are acknowledged and left out: they could not be stored. */
  readonly maxPacketBytes: number;
  readonly logger: Logger;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** What a source has seen, since the start. */
export interface SourceCounts {
  received: number;
  /** Of QoS 1 and 2. */
  acknowledged: number;
  /** Replays of retained messages that are stored already. */
  retainedSkipped: number;
  /** `$…` and `alerts/…`. */
  reserved: number;
  tooLarge: number;
  /** Connections made. */
  connections: number;
}

/** A message on its way to Kafka, and the replays of it that wait for what becomes of it. */
interface UnderWay {
  readonly payload: Buffer;
  readonly replays: ((error?: Error) => void)[];
}

/** A connection that has lived so long was a good one, even if nothing came. */
const GOOD_CONNECTION_MS = 60_000;
const REFUSED = 0x80;

/**
 * A foreign broker, and the connection to it for as long as the bridge lives: lost, it is made again, sooner at first and
 * never more seldom than every half minute. Messages go the way of the bridge's own publishes, and are acknowledged
 * after Kafka has them; those that it does not take in time are sent again by the broker, over a new connection.
 */
export class Source {
  readonly counts: SourceCounts = {
    received: 0,
    acknowledged: 0,
    retainedSkipped: 0,
    reserved: 0,
    tooLarge: 0,
    connections: 0,
  };
  readonly #backoff: Backoff;
  /** By topic, the newest message that Kafka does not have yet; no more than the backlog. */
  readonly #underWay = new Map<string, UnderWay>();
  #connection: SourceConnection | undefined;
  #acks = new AckQueue();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isSubscribed = false;
  #hasSubscribed = false;
  #fault: string | undefined = 'not connected yet';
  #logged: string | undefined;
  #connectedAt: number | undefined;
  #ackedBefore = 0;

  constructor(private readonly options: SourceOptions) {
    this.#backoff = new Backoff(options.random);
  }

  get name(): string {
    return this.options.definition.name;
  }

  /** Connected, and subscribed to at least something. */
  get isConnected(): boolean {
    return this.#isSubscribed;
  }

  /** Why nothing, or not everything, comes from there; undefined when all is well. */
  get fault(): string | undefined {
    return this.#fault;
  }

  get backlogMessages(): number {
    return this.#connection?.backlogMessages ?? 0;
  }

  get backlogBytes(): number {
    return this.#connection?.backlogBytes ?? 0;
  }

  /** Returns at once; the connection is made, and made again, from now on. */
  open(): void {
    void this.#connect();
  }

  /** Sends what a decoder asks for; lost where there is no connection. */
  publish(request: PublishRequest): void {
    this.#connection?.publish(request);
  }

  stopAccepting(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#connection?.stop();
  }

  async close(): Promise<void> {
    this.stopAccepting();
    await this.#connection?.close();
  }

  async #connect(): Promise<void> {
    const { definition, clientId, maxPacketBytes } = this.options;
    let secrets: SourceSecrets;
    try {
      secrets = await readSecrets(definition);
    } catch (error) {
      return this.#lost((error as Error).message);
    }
    if (this.#isStopped) return;
    this.#acks = new AckQueue();
    const acks = this.#acks;
    try {
      const connection = new SourceConnection({
        definition,
        clientId,
        secrets,
        maxPacketBytes,
        host: {
          connected: (isSessionPresent) => void this.#connected(connection, isSessionPresent),
          received: (message, done) => this.#received(message, acks, done),
          acknowledged: () => this.counts.acknowledged++,
          closed: (reason) => this.#lost(reason),
        },
      });
      this.#connection = connection;
    } catch (error) {
      // Such as a certificate that cannot be read.
      this.#lost((error as Error).message);
    }
  }

  async #connected(connection: SourceConnection, isSessionPresent: boolean): Promise<void> {
    const { definition, clientId, memory } = this.options;
    const { name, subscriptions } = definition;
    this.counts.connections++;
    this.#connectedAt = performance.now();
    this.#ackedBefore = this.counts.acknowledged;
    // What this process has subscribed to, a session that is still there has.
    if (isSessionPresent && this.#hasSubscribed) return this.#report(true, undefined);
    const filters = subscriptions.map(({ filter }) => filter);
    const former = memory.filtersOf(name, clientId).filter((filter) => !filters.includes(filter));
    if (isSessionPresent && former.length > 0) connection.unsubscribe(former);
    const outcomes = await connection.subscribe(subscriptions);
    if (!outcomes || this.#connection !== connection) return;
    memory.setFilters(name, clientId, filters);
    const refused = outcomes.filter(({ granted }) => granted === undefined);
    this.#hasSubscribed = refused.length === 0;
    const faults = refused.map(({ filter, code }) => `${filter} (reason code ${code}${explained(code)})`);
    const fault =
      faults.length === 0 ? undefined : `the broker refuses the subscription to ${faults.join(', ')}`;
    this.#report(refused.length < outcomes.length, fault);
    for (const { filter, granted } of outcomes) {
      const wanted = subscriptions.find((subscription) => subscription.filter === filter)?.qos ?? 0;
      if (granted !== undefined && granted < wanted) {
        this.options.logger.warn(
          { source: name, filter, granted, wanted },
          'the source grants a lower QoS: what it sends while the bridge is away may be lost',
        );
      }
    }
  }

  #received(message: SourceMessage, acks: AckQueue, done: (error?: Error) => void): void {
    const { definition, intake, decoders, mayReport, memory, maxPacketBytes } = this.options;
    const { topic, payload, retain, messageId, qos, dup } = message;
    const { name } = definition;
    this.counts.received++;
    if (isReservedTopic(topic)) {
      this.counts.reserved++;
      return done();
    }
    if (payload.length > maxPacketBytes) {
      this.counts.tooLarge++;
      return done();
    }
    if (retain && memory.isStored(name, topic, payload)) {
      this.counts.retainedSkipped++;
      return done();
    }
    const underWay = this.#underWay.get(topic);
    if (retain && underWay?.payload.equals(payload)) {
      underWay.replays.push(done);
      return;
    }
    const isClaimed = decoders.select(topic.split('/'), payload, name) !== undefined;
    const publish: IncomingPublish = {
      topic,
      payload,
      // Of QoS 0 too it is to be known when Kafka has it.
      qos: qos === 0 ? 1 : qos,
      dup,
      retain,
      messageId,
      clientId: `source:${name}`,
      isWill: false,
      isForbidden: false,
      source: name,
      mayReport,
    };
    if (!isClaimed) return intake.accept(publish, acks, done);
    const newest: UnderWay = { payload, replays: [] };
    this.#underWay.set(topic, newest);
    intake.accept(publish, acks, (error) => {
      if (error) return this.#ended(topic, newest, done, error);
      memory.note(name, topic, payload, retain, () => this.#ended(topic, newest, done));
    });
  }

  #ended(topic: string, message: UnderWay, done: (error?: Error) => void, error?: Error): void {
    if (this.#underWay.get(topic) === message) this.#underWay.delete(topic);
    done(error);
    for (const replay of message.replays) {
      if (!error) this.counts.retainedSkipped++;
      replay(error);
    }
  }

  #lost(reason: string): void {
    this.#connection = undefined;
    // Of those after the one that failed nothing is told any more.
    this.#underWay.clear();
    if (this.#isStopped) return;
    const livedMs = this.#connectedAt === undefined ? 0 : performance.now() - this.#connectedAt;
    const wasGood = this.counts.acknowledged > this.#ackedBefore || livedMs >= GOOD_CONNECTION_MS;
    this.#connectedAt = undefined;
    this.#ackedBefore = this.counts.acknowledged;
    if (wasGood) this.#backoff.reset();
    this.#report(false, this.#withAdvice(reason));
    this.#timer = setTimeout(() => void this.#connect(), this.#backoff.nextMs());
  }

  #withAdvice(reason: string): string {
    if (this.options.definition.protocolVersion !== 5 || !/unacceptable|unsupported/i.test(reason))
      return reason;
    return `${reason}: the broker does not speak MQTT 5; give the source protocol: 3.1.1`;
  }

  /** Keeps the state, and logs it where it is another than before. */
  #report(isSubscribed: boolean, fault: string | undefined): void {
    this.#isSubscribed = isSubscribed;
    this.#fault = fault;
    const { logger, definition } = this.options;
    const { name: source, url } = definition;
    const state = `${isSubscribed} ${fault ?? ''}`;
    if (state === this.#logged) return;
    this.#logged = state;
    if (fault === undefined) logger.info({ source, url }, 'the source is connected');
    else if (isSubscribed)
      logger.warn({ source, url, fault }, 'the source is connected, but not for all topics');
    else logger.warn({ source, url, fault }, 'the source is away, and is tried again');
  }
}

/** MQTT 5, table 3-8; 3.1.1 has one code for every refusal. */
function explained(code: number): string {
  const names: Record<number, string> = {
    [REFUSED]: ', such as for missing rights',
    135: ', not authorized',
    143: ', filter not valid',
    151: ', quota exceeded',
    158: ', shared subscriptions are not supported',
    162: ', wildcards are not supported',
  };
  return names[code] ?? '';
}
