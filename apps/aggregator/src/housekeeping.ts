import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { deleteOldStatistics, dropOldReadings } from '@fieldstream/timescale';

export interface HousekeepingOptions {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** Undefined: raw readings are kept. */
  readonly rawRetentionDays: number | undefined;
  /** Default: an hour. */
  readonly everyMs?: number;
}

const HOUR_MS = 60 * 60 * 1000;

/** Drops raw readings and statistics past their retention, at the start and then every hour. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  start(): void {
    const { rawRetentionDays, everyMs = HOUR_MS } = this.#options;
    const run = (): void => {
      this.#running = this.#running.then(async () => {
        if (rawRetentionDays !== undefined) await this.#dropOld(rawRetentionDays);
        await this.#deleteStatistics();
      });
    };
    this.#timer = setInterval(run, everyMs);
    run();
  }

  /** Resolves when no job is running, and none will. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #dropOld(days: number): Promise<void> {
    const { pool, logger } = this.#options;
    try {
      const dropped = await dropOldReadings(pool, days);
      if (dropped && dropped.droppedChunks + dropped.deletedStates > 0) {
        logger.info({ ...dropped, days }, 'raw readings past their retention dropped');
      }
    } catch (error) {
      logger.warn({ err: error }, 'dropping old readings failed; it is tried again with the next run');
    }
  }

  async #deleteStatistics(): Promise<void> {
    try {
      await deleteOldStatistics(this.#options.pool);
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'deleting old statistics failed; it is tried again with the next run',
      );
    }
  }
}
