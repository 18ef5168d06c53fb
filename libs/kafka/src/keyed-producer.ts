import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { backOffMs, pause, within } from './back-off.js';
import { BatchSender } from './batch-sender.js';
import { Delivery } from './delivery.js';
import { KafkaError, type KafkaErrorCode } from './kafka-error.js';
import { Lane } from './lane.js';
import { findFault, PendingRecord, sizeOf, type OutgoingRecord } from './outgoing-record.js';
import { PartitionCounts } from './partition-counts.js';
import { partitionOf } from './partitioner.js';
import { TOPIC_SPECS } from './topic-spec.js';

export interface KeyedProducerOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  /** How long the first record of a batch waits for others. */
  readonly lingerMs: number;
  readonly maxBatchRecords: number;
  /** At most the broker's `max.message.bytes`; a greater record goes alone. */
  readonly maxBatchBytes: number;
  /** Batches in flight at a time; each partition belongs to one lane. */
  readonly lanes: number;
  /** After this time from enqueueing an unacknowledged record is given up. */
  readonly deadlineMs: number;
  /** Bytes of keys, values and headers it holds at most; beyond it a record is settled with `overloaded`. */
  readonly maxInFlightBytes?: number;
  readonly logger: Logger;
}

const DEFAULT_MAX_IN_FLIGHT_BYTES = 256 * 1024 * 1024;

/**
 * Writes records in batches, acknowledged by all in-sync replicas.
 *
 * - Records of one key arrive in the order in which they were enqueued. A record can arrive twice, never out of order
 *   in its first occurrence.
 * - Each record is settled exactly once; records of one partition that reach Kafka in the order of enqueueing.
 * - While Kafka is away records are kept and tried again, each until its deadline.
 */
export class KeyedProducer {
  private readonly counts: PartitionCounts;
  private readonly sender: BatchSender;
  private readonly lanes: Lane[];
  /** Records of topics whose number of partitions is not known yet, in the order of enqueueing. */
  private readonly unrouted = new Map<string, PendingRecord[]>();
  private readonly names = new Map<string, string>();
  private readonly stopping = new AbortController();
  private readonly maxInFlightBytes: number;
  private sweeper: NodeJS.Timeout | undefined;
  private roundRobin = 0;
  private bytes = 0;
  private records = 0;
  private closed = false;
  private notifyEmpty: (() => void) | undefined;

  constructor(private readonly options: KeyedProducerOptions) {
    this.maxInFlightBytes = options.maxInFlightBytes ?? DEFAULT_MAX_IN_FLIGHT_BYTES;
    this.counts = new PartitionCounts(options.kafka);
    this.sender = new BatchSender(
      options.kafka,
      options.topicPrefix,
      Math.min(options.deadlineMs, 30_000),
      this.counts,
    );
    const delivery = new Delivery({
      send: (records) => this.sender.send(records),
      settle: (pending, error) => this.settle(pending, error),
      logger: options.logger,
      signal: this.stopping.signal,
    });
    const laneOptions = { ...options, deliver: delivery.deliver.bind(delivery) };
    this.lanes = Array.from({ length: options.lanes }, () => new Lane(laneOptions));
  }

  /** Bytes of keys, values and headers that are not settled yet. */
  get inFlightBytes(): number {
    return this.bytes;
  }

  /** Records that are not settled yet. */
  get inFlightRecords(): number {
    return this.records;
  }

  /**
   * Connects and reads the partitions of the platform's topics. Not needed before `enqueue`, which connects by itself;
   * it tells whether Kafka is there.
   * @throws KafkaError
   */
  async connect(): Promise<void> {
    await this.sender.connect();
    await this.counts.load(TOPIC_SPECS.map((spec) => this.options.topicPrefix + spec.name));
  }

  /** Takes a record; never throws and never settles it before it returns. */
  enqueue(record: OutgoingRecord): void {
    const fault = findFault(record);
    const pending = new PendingRecord(record, performance.now(), fault === undefined ? sizeOf(record) : 0);
    this.bytes += pending.bytes;
    this.records++;
    if (fault !== undefined) return this.refuse(pending, 'invalid-record', fault);
    if (this.closed) return this.refuse(pending, 'closed', 'the producer is closed');
    if (this.bytes > this.maxInFlightBytes) {
      return this.refuse(pending, 'overloaded', `more than ${this.maxInFlightBytes} bytes wait for Kafka`);
    }
    this.sweeper ??= setInterval(() => this.sweep(), Math.min(250, Math.ceil(this.options.deadlineMs / 10)));
    const count = this.counts.get(this.nameOf(record.topic));
    const waiting = this.unrouted.size > 0 ? this.unrouted.get(record.topic) : undefined;
    if (waiting) {
      waiting.push(pending);
    } else if (count === undefined) {
      this.unrouted.set(record.topic, [pending]);
      void this.routeWhenKnown(record.topic);
    } else {
      this.route(pending, count);
    }
  }

  /**
   * Enqueues a record and waits for its acknowledgement.
   * @throws KafkaError
   */
  send(record: Omit<OutgoingRecord, 'settle'>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.enqueue({ ...record, settle: (error) => (error ? reject(error) : resolve()) });
    });
  }

  /** Sends what waits, settles with `closed` what is not acknowledged within `timeoutMs`, and disconnects. */
  async close({ timeoutMs }: { timeoutMs: number }): Promise<void> {
    this.closed = true;
    for (const lane of this.lanes) lane.drain();
    if (this.records > 0) {
      const empty = new Promise<void>((resolve) => (this.notifyEmpty = resolve));
      await within(empty, timeoutMs);
    }
    this.giveUpBefore(
      Infinity,
      () => new KafkaError('closed', 'the producer was closed', { retriable: true }),
    );
    this.stopping.abort();
    clearInterval(this.sweeper);
    await this.sender.disconnect();
  }

  /** Name on the broker; remembered, because a text just put together is slow to look up by. */
  private nameOf(topic: string): string {
    let name = this.names.get(topic);
    if (name === undefined) {
      name = this.options.topicPrefix + topic;
      this.names.set(topic, name);
    }
    return name;
  }

  private route(pending: PendingRecord, count: number): void {
    const { key } = pending.record;
    pending.partition =
      key === null ? (this.roundRobin = (this.roundRobin + 1) % count) : partitionOf(key, count);
    this.lanes[pending.partition % this.lanes.length]?.add(pending);
  }

  private async routeWhenKnown(topic: string): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      try {
        const count = await this.counts.require(this.nameOf(topic));
        const waiting = this.unrouted.get(topic) ?? [];
        this.unrouted.delete(topic);
        for (const pending of waiting) if (!pending.settled) this.route(pending, count);
        return;
      } catch (error) {
        if (attempt % 20 === 0) this.options.logger.warn({ err: error, topic }, 'topic not known yet');
        await pause(backOffMs(attempt, 100, 3_000), this.stopping.signal);
      }
      // With nothing left to route the next record starts anew.
      if (this.unrouted.get(topic)?.length === 0) break;
    }
    this.unrouted.delete(topic);
  }

  private refuse(pending: PendingRecord, code: KafkaErrorCode, message: string): void {
    const error = new KafkaError(code, message, { retriable: code !== 'invalid-record' });
    setImmediate(() => this.settle(pending, error));
  }

  private settle(pending: PendingRecord, error?: KafkaError): void {
    if (pending.settled) return;
    pending.settled = true;
    this.bytes -= pending.bytes;
    this.records--;
    try {
      pending.record.settle(error);
    } catch (thrown) {
      this.options.logger.error({ err: thrown, topic: pending.record.topic }, 'settling a record threw');
    }
    if (this.records === 0) this.notifyEmpty?.();
  }

  private sweep(): void {
    if (this.records === 0) {
      clearInterval(this.sweeper);
      this.sweeper = undefined;
      return;
    }
    const { deadlineMs } = this.options;
    this.giveUpBefore(
      performance.now() - deadlineMs,
      () =>
        new KafkaError('deadline', `Kafka did not acknowledge within ${deadlineMs} ms`, { retriable: true }),
    );
  }

  private giveUpBefore(limitMs: number, createError: () => KafkaError): void {
    let error: KafkaError | undefined;
    const giveUp = (pending: PendingRecord): void => this.settle(pending, (error ??= createError()));
    for (const lane of this.lanes) lane.giveUpBefore(limitMs, giveUp);
    for (const waiting of this.unrouted.values()) {
      let given = 0;
      for (const pending of waiting) {
        if (pending.enqueuedAtMs >= limitMs) break;
        giveUp(pending);
        given++;
      }
      if (given > 0) waiting.splice(0, given);
    }
  }
}
