import { performance } from 'node:perf_hooks';
import type { Decoder, DecoderSet, PublishRequest, ReceivedTimeStamp } from '@fieldstream/decoders';
import { isRecordFault, type KafkaError, type KeyedProducer } from '@fieldstream/kafka';
import type { AckQueue, AckSlot } from './ack-queue.js';
import { BridgeError } from './bridge-error.js';
import { OutgoingPublish, type PublishPlan } from './outgoing-publish.js';
import { isPresenceTopic } from './presence/presence-board.js';
import type { PublishCounts } from './publish-counts.js';
import { planDeadLetter, planPublish, type ClaimedPublish } from './publish-plan.js';
import type { ReceivedTimes, RememberedPublish } from './received-times.js';

/** A publish as it comes from the broker. */
export interface IncomingPublish {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly dup: boolean;
  readonly retain: boolean;
  readonly messageId: number | undefined;
  readonly clientId: string | undefined;
  /** Published by the bridge for a client that is gone: there is nobody to acknowledge to. */
  readonly isWill: boolean;
  /** The client may not publish there. */
  readonly isForbidden: boolean;
  /** The client may publish there only what a device family claims. */
  readonly isClaimedOnly?: boolean;
  /** The registered device that the client proved to be. */
  readonly identity?: string | undefined;
  readonly username?: string | undefined;
  /** Name of the foreign broker that it came from. */
  readonly source?: string | undefined;
  /** Whether the client may report for a device; undefined: for any. */
  readonly mayReport?: ((deviceId: string) => boolean) | undefined;
}

export interface PublishIntakeOptions {
  readonly producer: Pick<KeyedProducer, 'enqueue'>;
  readonly decoders: Pick<DecoderSet, 'select'>;
  readonly counts: PublishCounts;
  readonly times: ReceivedTimes;
  /** Bound on what waits for Kafka: payloads, records and a flat rate a publish. */
  readonly maxInFlightBytes: number;
  /** Seconds from the arrival of a QoS 1 or 2 publish to its acknowledgement. */
  readonly onAcknowledged: (seconds: number) => void;
  /** Sends what a decoder asks for back to where the publish came from. */
  readonly onRequest?: (request: PublishRequest, source: string | undefined) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What a publish costs besides its bytes: packet, record and closures. */
const FLAT_RATE_BYTES = 1_024;

interface Arrival {
  readonly bytes: number;
  readonly decoder: Decoder;
  readonly claimed: ClaimedPublish;
  /** Where the acknowledgement waits; undefined for QoS 0 and wills, which are not acknowledged. */
  readonly slot: AckSlot | undefined;
  readonly acks: AckQueue;
}

/**
 * Takes publishes in and brings them to Kafka. `done` is called without an error when the publish may be acknowledged
 * and delivered to subscribers: for QoS 1 and 2 on a claimed topic after Kafka has all its records, else at once;
 * always in order of arrival within a connection. It is called with an error when the connection is to be closed.
 */
export class PublishIntake {
  #inFlightBytes = 0;
  #draining = false;
  #failingSince: number | undefined;
  #onIdle: (() => void) | undefined;

  constructor(private readonly options: PublishIntakeOptions) {}

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Since when (epoch ms) Kafka has stored nothing although something was given to it; undefined when all is well. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** Kafka has stored something else: all is well again even if no publish comes to show it. */
  noteKafkaAnswers(): void {
    this.#failingSince = undefined;
  }

  accept(publish: IncomingPublish, acks: AckQueue, done: (error?: Error) => void): void {
    if (publish.isWill && this.#draining) {
      return done(new BridgeError('draining', 'the bridge is shutting down and publishes no wills'));
    }
    if (publish.isForbidden || isReserved(publish.topic) || (publish.isWill && !isTopicName(publish.topic))) {
      return this.#forbid(publish, acks, done);
    }
    const levels = publish.topic.split('/');
    const decoder = this.options.decoders.select(levels, publish.payload, publish.source);
    if (decoder) return this.#claim(decoder, publish, levels, acks, done);
    if (publish.isClaimedOnly) return this.#forbid(publish, acks, done);
    this.options.counts.unclaimed++;
    this.#passOn(publish, acks, done);
  }

  #forbid({ topic, isWill }: IncomingPublish, acks: AckQueue, done: (error?: Error) => void): void {
    this.options.counts.forbidden++;
    const error = new BridgeError('forbidden-topic', `the client may not publish to ${topic}`);
    if (isWill) done(error);
    else acks.fail(done, error);
  }

  /** Ordinary MQTT: delivered at once, acknowledged in its turn. */
  #passOn(publish: IncomingPublish, acks: AckQueue, done: (error?: Error) => void): void {
    if (publish.isWill) return done();
    if (acks.isBroken) return;
    if (publish.qos === 0 || acks.size === 0) return done();
    acks.settle(acks.add(done));
  }

  /** From now on nothing is taken in: QoS 1 and 2 publishes are left to be resent. */
  drain(): void {
    this.#draining = true;
  }

  /** Resolves when nothing is in flight, or when the time is up. */
  async idle(timeoutMs: number): Promise<void> {
    if (this.options.counts.snapshot().inFlight === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
  }

  #claim(
    decoder: Decoder,
    publish: IncomingPublish,
    levels: readonly string[],
    acks: AckQueue,
    done: (error?: Error) => void,
  ): void {
    const { counts, times } = this.options;
    counts.begin();
    const wantsAck = publish.qos > 0 && !publish.isWill;
    const bytes = publish.payload.length * 2 + FLAT_RATE_BYTES;
    const obstacle = this.#obstacle(bytes, acks, publish.isWill);
    if (obstacle) {
      counts.end(wantsAck ? 'refused' : 'shed');
      // A QoS 0 publish is shed for Kafka alone; subscribers still get it.
      if (wantsAck) acks.fail(done, obstacle);
      else if (publish.isWill || !acks.isBroken) done();
      return;
    }
    const receivedAtMs = this.options.now();
    const { messageId, clientId, topic, payload, dup } = publish;
    const isRecognisable = wantsAck && messageId !== undefined && clientId !== undefined;
    times.begin(receivedAtMs, isRecognisable ? { clientId, messageId, dup, topic, payload } : undefined);
    const claimed = claimedPublish(publish, levels, receivedAtMs, times.stamp);
    const plan = planPublish(decoder, claimed);
    for (const request of plan?.requests ?? []) this.options.onRequest?.(request, publish.source);
    if (!plan) {
      counts.withdraw();
      return this.#passOn(publish, acks, done);
    }
    counts.implausibleTimes += plan.implausibleTimes;
    this.#inFlightBytes += bytes;
    const slot = wantsAck ? acks.add(this.#whenAcknowledged(done, times.remembered)) : undefined;
    this.#send(plan, { bytes, decoder, claimed, slot, acks });
    if (!wantsAck) done();
  }

  #obstacle(bytes: number, acks: AckQueue, isWill: boolean): BridgeError | undefined {
    if (this.#draining)
      return new BridgeError('draining', 'the bridge is shutting down', { retriable: true });
    if (acks.isBroken && !isWill) {
      return new BridgeError('not-stored', 'an earlier publish was not stored', { retriable: true });
    }
    if (this.#inFlightBytes + bytes <= this.options.maxInFlightBytes) return undefined;
    return new BridgeError('overloaded', 'too many bytes wait for Kafka', { retriable: true });
  }

  #whenAcknowledged(
    done: (error?: Error) => void,
    remembered: RememberedPublish | undefined,
  ): (error?: Error) => void {
    const arrivedAt = performance.now();
    return (error) => {
      if (!error) {
        if (remembered) remembered.acknowledged = true;
        this.options.onAcknowledged((performance.now() - arrivedAt) / 1_000);
      }
      done(error);
    };
  }

  #send(plan: PublishPlan, arrival: Arrival): void {
    const outgoing = new OutgoingPublish(plan, (error) => this.#settled(plan, arrival, error));
    for (const record of outgoing.toRecords()) this.options.producer.enqueue(record);
  }

  #settled(plan: PublishPlan, arrival: Arrival, error: KafkaError | undefined): void {
    // A record that Kafka will never take must not be resent for ever: its bytes become a dead letter.
    if (error && isRecordFault(error) && plan.fate !== 'deadLettered') {
      const reason = error.code === 'record-too-large' ? 'record-too-large' : 'record-refused';
      const { decoder, claimed } = arrival;
      return this.#send(planDeadLetter(decoder, claimed, reason, error.message, undefined), arrival);
    }
    const { counts } = this.options;
    this.#inFlightBytes -= arrival.bytes;
    if (error) {
      this.#failingSince ??= this.options.now();
      counts.end(arrival.slot ? 'refused' : 'shed');
    } else {
      this.#failingSince = undefined;
      counts.end(plan.fate);
      if (plan.rejected) counts.reject(plan.rejected);
    }
    if (arrival.slot) arrival.acks.settle(arrival.slot, error && notStored(error));
    if (this.#inFlightBytes === 0) this.#onIdle?.();
  }
}

function claimedPublish(
  { topic, payload, retain, clientId, identity, username, source, mayReport, isClaimedOnly }: IncomingPublish,
  levels: readonly string[],
  receivedAtMs: number,
  stamp: ReceivedTimeStamp,
): ClaimedPublish {
  return {
    topic,
    levels,
    payload,
    clientId,
    receivedAtMs,
    stamp,
    mayReport,
    isForeignTopic: isClaimedOnly === true,
    // A retained empty payload removes the retained message (MQTT-3.3.1-10).
    isRemoval: retain && payload.length === 0,
    ...(identity === undefined ? {} : { identity }),
    ...(username === undefined ? {} : { username }),
    ...(source === undefined ? {} : { source }),
  };
}

function notStored(cause: KafkaError): BridgeError {
  return new BridgeError('not-stored', `the publish was not stored: ${cause.message}`, {
    cause,
    retriable: true,
  });
}

/** Aedes checks the topic of a publish, not that of a will (MQTT-3.3.2-2). */
function isTopicName(topic: string): boolean {
  return topic !== '' && !/[+#]/.test(topic);
}

/** `$…` belongs to the server (MQTT 3.1.1, section 4.7.2), `alerts/…` and the presence of devices to the bridge. */
function isReserved(topic: string): boolean {
  return topic.startsWith('$') || topic === 'alerts' || topic.startsWith('alerts/') || isPresenceTopic(topic);
}
