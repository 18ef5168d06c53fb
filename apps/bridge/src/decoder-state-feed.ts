import type { Kafka } from 'kafkajs';
import type { DecoderSet } from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import { BroadcastReader, type BroadcastRecord } from '@fieldstream/kafka';
import { decodeDecoderState, TOPICS, WireError } from '@fieldstream/wire';
import { BridgeError } from './bridge-error.js';
import type { Feed } from './entrance.js';

export interface DecoderStateFeedOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly decoders: Pick<DecoderSet, 'apply'>;
  readonly logger: Logger;
}

/** Reads `decoder.state` from the beginning, and goes on: every bridge knows what any of them has learned. */
export class DecoderStateFeed implements Feed {
  readonly name = 'decoders';
  readonly #reader: BroadcastReader;

  constructor(private readonly options: DecoderStateFeedOptions) {
    const { kafka, topicPrefix, sessionTimeoutMs, logger } = options;
    this.#reader = new BroadcastReader({
      kafka,
      topic: topicPrefix + TOPICS.decoderState,
      groupPrefix: `${topicPrefix}fieldstream-bridge-decoders`,
      sessionTimeoutMs,
      from: 'beginning',
      handle: async (records) => {
        for (const record of records) this.#apply(record);
      },
      logger,
    });
  }

  /** What was known stays in force meanwhile. */
  get fault(): Error | undefined {
    return this.#reader.fault;
  }

  /** @throws BridgeError `decoder-state-unreadable` */
  async start(): Promise<void> {
    try {
      await this.#reader.start();
    } catch (error) {
      throw new BridgeError('decoder-state-unreadable', 'the topic of decoder states cannot be read', {
        cause: error,
        retriable: true,
      });
    }
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  #apply({ partition, offset, key, value }: BroadcastRecord): void {
    try {
      const { family, ...change } = decodeDecoderState(key, value);
      this.options.decoders.apply(family, change);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.options.logger.error(
        { err: error, partition, offset: String(offset) },
        'a record of the decoder state topic is not a decoder state',
      );
    }
  }
}
