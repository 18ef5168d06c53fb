import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { KafkaError, type KafkaPositions } from '@fieldstream/kafka';
import { type PartitionRange, samplePipeline, writeDelays } from '@fieldstream/timescale';
import { TOPICS } from '@fieldstream/wire';
import type { DeliveryDelays } from './delivery-delays.js';

export interface StatisticsRecorderOptions {
  readonly pool: pg.Pool;
  readonly positions: KafkaPositions;
  readonly delays: DeliveryDelays;
  readonly topicPrefix: string;
  readonly logger: Logger;
  /** Default: ten seconds, the narrowest bucket there is. */
  readonly everyMs?: number;
}

/** Topics that the services consume with a stored offset. */
const CONSUMED = [TOPICS.readings, TOPICS.deviceEvents, TOPICS.deadLetters];
const EVERY_MS = 10_000;

/**
 * Writes statistics at every full ten seconds: each aggregator the delays that it has seen, one of them the sample of the
 * whole pipeline. Faults are logged once and do no harm: what was counted meanwhile is in the ledger, and comes with the
 * next sample; only delays of that time are missing.
 */
export class StatisticsRecorder {
  readonly #options: StatisticsRecorderOptions;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #failing = false;

  constructor(options: StatisticsRecorderOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? EVERY_MS;
  }

  start(): void {
    if (this.#stopped) return;
    const everyMs = this.#everyMs;
    this.#timer = setTimeout(
      () => {
        this.#running = this.#record().finally(() => this.start());
      },
      everyMs - (Date.now() % everyMs),
    );
  }

  /** Writes the delays that are still in memory. Resolves when nothing runs, and nothing will. */
  async close(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#attempt(() => this.#writeDelays());
    await this.#options.positions.close();
  }

  async #record(): Promise<void> {
    const { pool, topicPrefix } = this.#options;
    await this.#attempt(async () => {
      await this.#writeDelays();
      await samplePipeline(pool, { everyMs: this.#everyMs, topicPrefix, ends: await this.#ends() });
    });
  }

  async #writeDelays(): Promise<void> {
    const { counts, devices } = this.#options.delays.take();
    await writeDelays(this.#options.pool, counts, devices);
  }

  async #attempt(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        this.#options.logger.warn(
          { err: error },
          'statistics are not written; the next ones are tried in time',
        );
      }
      this.#failing = true;
    }
  }

  async #ends(): Promise<PartitionRange[] | undefined> {
    try {
      const topics = await Promise.all(
        CONSUMED.map(async (topic) => {
          const ends = await this.#options.positions.ends(topic);
          return Array.from(ends, ([partition, { low, high }]) => ({ topic, partition, low, high }));
        }),
      );
      return topics.flat();
    } catch (error) {
      if (error instanceof KafkaError) return undefined;
      throw error;
    }
  }
}
