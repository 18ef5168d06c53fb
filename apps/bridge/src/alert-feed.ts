import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { BroadcastReader, type BroadcastRecord } from '@fieldstream/kafka';
import { decodeAlert, TOPICS, WireError, type AlertRecord } from '@fieldstream/wire';
import type { AlertBoard } from './alert-board.js';
import { BridgeError } from './bridge-error.js';
import type { Feed } from './entrance.js';

export interface AlertFeedOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly board: AlertBoard;
  readonly logger: Logger;
}

/**
 * Reads `telemetry.alerts` from the beginning: every bridge shows every alert, and each start rebuilds the retained ones
 * from the compacted topic.
 */
export class AlertFeed implements Feed {
  readonly name = 'alerts';
  readonly #reader: BroadcastReader;

  constructor(private readonly options: AlertFeedOptions) {
    const { kafka, topicPrefix, sessionTimeoutMs, logger } = options;
    this.#reader = new BroadcastReader({
      kafka,
      topic: topicPrefix + TOPICS.alerts,
      groupPrefix: `${topicPrefix}fieldstream-bridge-alerts`,
      sessionTimeoutMs,
      from: 'beginning',
      handle: (records) => this.#show(records),
      logger,
    });
  }

  /** Why no alerts arrive at present; undefined when they do. */
  get fault(): Error | undefined {
    return this.#reader.fault;
  }

  /**
   * Starts reading; resolves when everything that was there at the call has been read and what fires is retained.
   * May be called again after it failed.
   * @throws BridgeError `alerts-unreadable`
   */
  async start(): Promise<void> {
    try {
      await this.#reader.start();
      const firing = await this.options.board.historyRead();
      this.options.logger.info({ firing }, 'alerts read');
    } catch (error) {
      throw new BridgeError('alerts-unreadable', 'the alert topic cannot be read', {
        cause: error,
        retriable: true,
      });
    }
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  async #show(records: readonly BroadcastRecord[]): Promise<void> {
    const { board } = this.options;
    let alerts: AlertRecord[] = [];
    for (const record of records) {
      if (record.value !== null) {
        const alert = this.#decode(record);
        if (alert) alerts.push(alert);
      } else if (record.key !== null) {
        await board.show(alerts);
        alerts = [];
        await board.remove(record.key);
      }
    }
    await board.show(alerts);
  }

  #decode({ partition, offset, value }: BroadcastRecord): AlertRecord | undefined {
    try {
      return decodeAlert(value);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.options.logger.error(
        { err: error, partition, offset: String(offset) },
        'a record of the alert topic is not an alert',
      );
      return undefined;
    }
  }
}
