import { type TopicStore } from '../storage/topic-store.js';
import { type FaultLog } from './fault-log.js';

const EVERY_MS = 60_000;

/** Once a minute: drops what is past its retention, compacts, and closes old segments. */
export class Maintenance {
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(
    private readonly topics: TopicStore,
    private readonly faults: FaultLog,
  ) {
    this.#timer = setInterval(() => {
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    }, EVERY_MS).unref();
  }

  /** Resolves when what had begun is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.topics.sweep();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.faults.error(
        'storage',
        { err: error },
        `clearing old records failed, and is tried again: ${reason}`,
      );
    }
  }
}
