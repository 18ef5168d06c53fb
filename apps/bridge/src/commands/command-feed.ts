import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { BroadcastReader, type BroadcastRecord } from '@fieldstream/kafka';
import { decodeCommand, TOPICS, WireError } from '@fieldstream/wire';
import { BridgeError } from '../bridge-error.js';
import type { Feed } from '../entrance.js';
import type { CommandDesk } from './command-desk.js';
import type { CommandReporter } from './command-reporter.js';

export interface CommandFeedOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly desk: CommandDesk;
  readonly reporter: CommandReporter;
  readonly logger: Logger;
}

const SWEEP_EVERY_MS = 60_000;

/** Reads `device.commands` from the beginning, and goes on: every bridge knows every command that waits. */
export class CommandFeed implements Feed {
  readonly name = 'commands';
  readonly #reader: BroadcastReader;
  #sweeper: NodeJS.Timeout | undefined;
  #dropped = 0;

  constructor(private readonly options: CommandFeedOptions) {
    const { kafka, topicPrefix, sessionTimeoutMs, logger } = options;
    this.#reader = new BroadcastReader({
      kafka,
      topic: topicPrefix + TOPICS.deviceCommands,
      groupPrefix: `${topicPrefix}fieldstream-bridge-commands`,
      sessionTimeoutMs,
      from: 'beginning',
      handle: async (records) => {
        for (const record of records) this.#apply(record);
      },
      logger,
    });
  }

  /** What waits already is delivered all the same. */
  get fault(): Error | undefined {
    return this.#reader.fault;
  }

  /** @throws BridgeError `commands-unreadable` */
  async start(): Promise<void> {
    try {
      await this.#reader.start();
    } catch (error) {
      throw new BridgeError('commands-unreadable', 'the topic of commands cannot be read', {
        cause: error,
        retriable: true,
      });
    }
    this.options.logger.info({ waiting: this.options.desk.waiting }, 'commands read');
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_EVERY_MS);
    this.#sweeper.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.options.reporter.close();
    await this.#reader.close();
  }

  #sweep(): void {
    const { desk, logger } = this.options;
    desk.sweep();
    const dropped = desk.dropped - this.#dropped;
    if (dropped > 0)
      logger.error({ dropped }, 'commands are left to expire: more of them wait than the bridge holds');
    this.#dropped += dropped;
  }

  #apply({ partition, offset, value }: BroadcastRecord): void {
    try {
      const record = decodeCommand(value);
      if (record.kind === 'command') this.options.desk.add(record);
      else this.options.desk.end(record);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.options.logger.error(
        { err: error, partition, offset: String(offset) },
        'a record of the command topic is not a command',
      );
    }
  }
}
