import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { BroadcastReader, type BroadcastRecord } from '@fieldstream/kafka';
import { decodePresence, TOPICS, WireError, type PresenceRecord } from '@fieldstream/wire';
import { BridgeError } from '../bridge-error.js';
import type { Feed } from '../entrance.js';
import type { PresenceBoard } from './presence-board.js';

export interface PresenceFeedOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly board: PresenceBoard;
  readonly logger: Logger;
}

/** Reads `device.presence` from the beginning: every bridge shows the presence of every device. */
export class PresenceFeed implements Feed {
  readonly name = 'presence';
  readonly #reader: BroadcastReader;

  constructor(private readonly options: PresenceFeedOptions) {
    const { kafka, topicPrefix, sessionTimeoutMs, board, logger } = options;
    this.#reader = new BroadcastReader({
      kafka,
      topic: topicPrefix + TOPICS.devicePresence,
      groupPrefix: `${topicPrefix}fieldstream-bridge-presence`,
      sessionTimeoutMs,
      from: 'beginning',
      handle: (records) => board.show(records.flatMap((record) => this.#decode(record))),
      logger,
    });
  }

  /** What is shown stays meanwhile. */
  get fault(): Error | undefined {
    return this.#reader.fault;
  }

  /** @throws BridgeError `presence-unreadable` */
  async start(): Promise<void> {
    try {
      await this.#reader.start();
      const devices = await this.options.board.historyRead();
      this.options.logger.info({ devices }, 'presence read');
    } catch (error) {
      throw new BridgeError('presence-unreadable', 'the topic of presence cannot be read', {
        cause: error,
        retriable: true,
      });
    }
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  #decode({ partition, offset, value }: BroadcastRecord): PresenceRecord[] {
    try {
      return [decodePresence(value)];
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.options.logger.error(
        { err: error, partition, offset: String(offset) },
        'a record of the presence topic is not a presence',
      );
      return [];
    }
  }
}
