import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { BroadcastReader, type BroadcastRecord } from '@fieldstream/kafka';
import { decodeRegistration, TOPICS, WireError } from '@fieldstream/wire';
import { BridgeError } from '../bridge-error.js';
import type { Feed } from '../entrance.js';
import type { RegistrationBook } from './registration-book.js';

export interface RegistrationFeedOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly book: RegistrationBook;
  readonly logger: Logger;
}

/** Reads `device.registry` from the beginning, and goes on: every bridge knows every registered device. */
export class RegistrationFeed implements Feed {
  readonly name = 'registry';
  readonly #reader: BroadcastReader;

  constructor(private readonly options: RegistrationFeedOptions) {
    const { kafka, topicPrefix, sessionTimeoutMs, logger } = options;
    this.#reader = new BroadcastReader({
      kafka,
      topic: topicPrefix + TOPICS.deviceRegistry,
      groupPrefix: `${topicPrefix}fieldstream-bridge-registry`,
      sessionTimeoutMs,
      from: 'beginning',
      handle: async (records) => {
        for (const record of records) this.#apply(record);
      },
      logger,
    });
  }

  /** Why no changes arrive at present; undefined when they do. What was known stays in force meanwhile. */
  get fault(): Error | undefined {
    return this.#reader.fault;
  }

  /**
   * Starts reading; resolves when everything that was there at the call is in the book. May be called again after it
   * failed.
   * @throws BridgeError `registry-unreadable`
   */
  async start(): Promise<void> {
    const { book, logger } = this.options;
    try {
      await this.#reader.start();
      logger.info({ devices: book.size }, 'registry of devices read');
    } catch (error) {
      throw new BridgeError('registry-unreadable', 'the registry topic cannot be read', {
        cause: error,
        retriable: true,
      });
    }
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  #apply({ partition, offset, value }: BroadcastRecord): void {
    try {
      this.options.book.apply(decodeRegistration(value));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.options.logger.error(
        { err: error, partition, offset: String(offset) },
        'a record of the registry topic is not a registration',
      );
    }
  }
}
