import type { Channel, Logger } from '@fieldstream/domain';
import { type ChannelType, channelType, DeliveryError, testMessage } from '@fieldstream/notify';
import { Problem } from '../http/problem.js';

export interface ChannelTestResult {
  readonly delivered: boolean;
  readonly durationMs: number;
  /** Holds no secret. */
  readonly error: string | null;
}

export interface ChannelTesterOptions {
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Default: the type of that name. */
  readonly typeOf?: (name: string) => ChannelType | undefined;
  /** How long the receiver may take. Default 9,000. */
  readonly timeoutMs?: number;
}

/** Tests at a time, in one process. */
const MAX_RUNNING = 10;

/** Sends a made-up alert to a channel, at once: not by the outbox, and never again. */
export class ChannelTester {
  #running = 0;

  constructor(private readonly options: ChannelTesterOptions) {}

  /**
   * What came of it. A receiver that fails is an outcome, and no error.
   * @param channel one that `parseChannel` has checked
   * @throws Problem `too-busy`
   */
  async test(channel: Channel): Promise<ChannelTestResult> {
    if (this.#running >= MAX_RUNNING) {
      throw new Problem('too-busy', `${MAX_RUNNING} channels are being tested already; try again later.`);
    }
    this.#running++;
    const startedAt = performance.now();
    const error = await this.#send(channel).finally(() => this.#running--);
    return {
      delivered: error === null,
      durationMs: Math.round(performance.now() - startedAt),
      error,
    };
  }

  async #send(channel: Channel): Promise<string | null> {
    const { timeoutMs = 9_000, now, logger, typeOf = channelType } = this.options;
    const type = typeOf(channel.type);
    if (type === undefined) return `there is no type of channel ${JSON.stringify(channel.type)}`;
    const timeout = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => {
        resolve(`the receiver has not answered within ${timeoutMs} ms`);
        timeout.abort();
      }, timeoutMs);
    });
    const sent = type.send(channel.config, testMessage(channel, now()), { signal: timeout.signal }).then(
      () => null,
      (error: unknown) => {
        // The contract of a DeliveryError is that it holds no secret; of anything else nothing is known.
        if (error instanceof DeliveryError) return error.message;
        logger.error(
          { channelId: channel.id, type: channel.type },
          'testing a channel failed by a fault of its type',
        );
        return 'the server failed';
      },
    );
    try {
      return await Promise.race([sent, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
