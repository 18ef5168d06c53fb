import { setTimeout } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { BroadcastReader, type BroadcastRecord } from '@fieldstream/kafka';
import { decodeAlert, TOPICS, WireError, type AlertRecord } from '@fieldstream/wire';

export interface AlertSourceOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  /** Takes changes of alerts as they happen, those of one alert in order. */
  readonly onAlerts: (alerts: readonly AlertRecord[]) => void;
  readonly logger: Logger;
}

const RETRY_MS = 2_000;
/** A record comes again when its sender did not hear that Kafka has it; by then few others have come. */
const MAX_REMEMBERED = 10_000;

/**
 * What happens to alerts, from `telemetry.alerts`, each change once. Kafka need not be there: until it is, the source is
 * not ready; from then on it goes on where it was, so that it misses nothing.
 */
export class AlertSource {
  readonly #reader: BroadcastReader;
  readonly #closing = new AbortController();
  readonly #seen = new Set<number>();
  #isReady = false;
  #starting: Promise<void> = Promise.resolve();

  constructor(private readonly options: AlertSourceOptions) {
    const { kafka, topicPrefix, sessionTimeoutMs, logger } = options;
    this.#reader = new BroadcastReader({
      kafka,
      topic: topicPrefix + TOPICS.alerts,
      groupPrefix: `${topicPrefix}fieldstream-api-alerts`,
      sessionTimeoutMs,
      from: 'end',
      handle: async (records) => this.#take(records),
      logger,
    });
  }

  /** Whether every change from now on will be told. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Begins to try; does not wait. */
  start(): void {
    this.#starting = this.#start();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reader.close();
    await this.#starting;
  }

  async #start(): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.#reader.start();
        this.#isReady = true;
        return;
      } catch (error) {
        if (attempt % 30 === 0) {
          this.options.logger.info({ err: error }, 'alerts cannot be read yet, trying again');
        }
        await setTimeout(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  #take(records: readonly BroadcastRecord[]): void {
    const alerts = records.flatMap((record) => this.#decode(record) ?? []);
    const fresh = alerts.filter(({ sequence }) => !this.#seen.has(sequence) && this.#seen.add(sequence));
    for (const sequence of this.#seen) {
      if (this.#seen.size <= MAX_REMEMBERED) break;
      this.#seen.delete(sequence);
    }
    if (fresh.length > 0) this.options.onAlerts(fresh);
  }

  #decode({ partition, offset, value }: BroadcastRecord): AlertRecord | undefined {
    // Of an alert that is gone nothing is to be told.
    if (value === null) return undefined;
    try {
      return decodeAlert(value);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const { logger } = this.options;
      logger.warn(
        { err: error, partition, offset: String(offset) },
        'a record of the alert topic is no alert',
      );
      return undefined;
    }
  }
}
