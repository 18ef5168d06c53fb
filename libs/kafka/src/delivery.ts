import type { Logger } from '@fieldstream/domain';
import { backOffMs, pause } from './back-off.js';
import { isRecordFault, toKafkaError, type KafkaError } from './kafka-error.js';
import type { PendingRecord } from './outgoing-record.js';

export interface DeliveryOptions {
  readonly send: (records: readonly PendingRecord[]) => Promise<void>;
  readonly settle: (pending: PendingRecord, error?: KafkaError) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const LOG_EVERY_MS = 60_000;
/** A new topic, a new leader: over before anybody could look. */
const LOG_AFTER_MS = 1_000;

/** Brings a batch to its end: acknowledged, refused, or given up by somebody else while it is retried. */
export class Delivery {
  private failingSinceMs: number | undefined;
  private loggedMs = -Infinity;

  constructor(private readonly options: DeliveryOptions) {}

  /** Resolves when each record is settled; never rejects. */
  async deliver(batch: readonly PendingRecord[]): Promise<void> {
    let records = batch;
    for (let attempt = 0; records.length > 0; attempt++) {
      const error = await this.attempt(records);
      if (!error) {
        for (const pending of records) this.options.settle(pending);
        return;
      }
      if (!error.retriable) return this.isolate(records, error);
      await pause(backOffMs(attempt, 50, 3_000), this.options.signal);
      // The deadline sweep and `close` settle records that wait here.
      records = records.filter((pending) => !pending.settled);
    }
  }

  private async attempt(records: readonly PendingRecord[]): Promise<KafkaError | undefined> {
    try {
      await this.options.send(records);
      this.noteSuccess();
      return undefined;
    } catch (thrown) {
      const error = toKafkaError(thrown, 'producing');
      if (error.retriable) this.noteFailure(error, records.length);
      return error;
    }
  }

  /**
   * Finds the records that the broker refuses and fails those alone. The broker takes or refuses the records of one
   * partition as a whole, so what is sent again after the first cut was not taken before.
   */
  private async isolate(records: readonly PendingRecord[], error: KafkaError): Promise<void> {
    const parts = byPartition(records);
    if (parts.length > 1) {
      for (const part of parts) await this.deliver(part);
    } else if (records.length > 1 && isRecordFault(error)) {
      const middle = records.length >> 1;
      await this.deliver(records.slice(0, middle));
      await this.deliver(records.slice(middle));
    } else {
      this.options.logger.error(
        { err: error, topic: records[0]?.record.topic, records: records.length },
        'Kafka refuses records',
      );
      for (const pending of records) this.options.settle(pending, error);
    }
  }

  private noteFailure(error: KafkaError, records: number): void {
    const nowMs = performance.now();
    this.failingSinceMs ??= nowMs;
    if (nowMs - this.failingSinceMs < LOG_AFTER_MS || nowMs - this.loggedMs < LOG_EVERY_MS) return;
    this.loggedMs = nowMs;
    const failingForMs = Math.round(nowMs - this.failingSinceMs);
    this.options.logger.warn(
      { err: error, records, failingForMs },
      'Kafka does not acknowledge, trying again',
    );
  }

  private noteSuccess(): void {
    if (this.failingSinceMs === undefined) return;
    const failedForMs = Math.round(performance.now() - this.failingSinceMs);
    this.failingSinceMs = undefined;
    if (this.loggedMs === -Infinity) return;
    this.loggedMs = -Infinity;
    this.options.logger.info({ failedForMs }, 'Kafka acknowledges again');
  }
}

function byPartition(records: readonly PendingRecord[]): PendingRecord[][] {
  const parts = new Map<string, PendingRecord[]>();
  for (const pending of records) {
    const key = `${pending.partition} ${pending.record.topic}`;
    const part = parts.get(key);
    if (part) part.push(pending);
    else parts.set(key, [pending]);
  }
  return [...parts.values()];
}
