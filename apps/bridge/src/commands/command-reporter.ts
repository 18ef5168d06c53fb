import { setTimeout } from 'node:timers/promises';
import type { Logger } from '@fieldstream/domain';
import type { KeyedProducer } from '@fieldstream/kafka';
import { encodeCommand, encodeDeviceEvent, TOPICS, type CommandRecord } from '@fieldstream/wire';

export interface CommandReporterOptions {
  readonly producer: Pick<KeyedProducer, 'send'>;
  /** Reports that wait for Kafka; beyond it the oldest ones are not tried again. */
  readonly maxWaiting: number;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const RETRY_MS = 1_000;

/**
 * Tells Kafka that a device has taken a command: the other bridges by `device.commands`, so that none of them delivers it
 * again, and the database by `device.events`. Tried until Kafka has it, or until the bridge closes: then the device gets
 * the command once more, with the same ID.
 */
export class CommandReporter {
  #waiting = 0;
  #isClosed = false;
  /** Reports that did not reach Kafka. */
  lost = 0;

  constructor(private readonly options: CommandReporterOptions) {}

  delivered({ commandId, deviceId }: CommandRecord): void {
    const timeMs = this.options.now();
    const end = encodeCommand({ kind: 'end', commandId, deviceId, reason: 'delivered' });
    const event = encodeDeviceEvent({ kind: 'command', status: 'delivered', commandId, deviceId, timeMs });
    void this.#send(TOPICS.deviceCommands, deviceId, end);
    void this.#send(TOPICS.deviceEvents, deviceId, event);
  }

  /** From now on nothing is tried again. */
  close(): void {
    this.#isClosed = true;
  }

  async #send(topic: string, key: string, value: Buffer): Promise<void> {
    this.#waiting++;
    try {
      for (;;) {
        try {
          // The producer itself tries for as long as an acknowledgement may take.
          return await this.options.producer.send({ topic, key, value });
        } catch (error) {
          const isOver = this.#isClosed || this.#waiting > this.options.maxWaiting;
          if (!isOver && (error as { retriable?: unknown }).retriable === true) {
            await setTimeout(RETRY_MS, undefined, { ref: false });
            continue;
          }
          this.lost++;
          this.options.logger.warn(
            { err: error, topic, deviceId: key },
            'a delivered command could not be reported',
          );
          return;
        }
      }
    } finally {
      this.#waiting--;
    }
  }
}
