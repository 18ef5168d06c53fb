import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { KafkaError, type KafkaPositions, type KeyedProducer } from '@fieldstream/kafka';
import {
  findDuePresence,
  inTransaction,
  lockPresence,
  type DuePresence,
  type PresenceSigns,
  PresenceOutbox,
  updatePresence,
} from '@fieldstream/timescale';
import { encodePresence, TOPICS } from '@fieldstream/wire';
import type { PresenceBook } from './presence-book.js';

export interface PresenceWorkerOptions {
  readonly pool: pg.Pool;
  readonly book: PresenceBook;
  readonly producer: Pick<KeyedProducer, 'send'>;
  readonly positions: Pick<KafkaPositions, 'isEmpty'>;
  readonly logger: Logger;
  readonly everyMs?: number;
  /** After the start nobody is judged to be overdue for so long: what they sent meanwhile comes first. */
  readonly graceMs?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

const EVERY_MS = 2_000;
const GRACE_MS = 10_000;
/** Readings that are older when they are stored are a backlog: a device may have sent more than is known. */
const BEHIND_MS = 30_000;
const AT_A_TIME = 1_000;
/** Devices of one run; the others have the next one. */
const MAX_PER_RUN = 20_000;
/** Longer than the producer tries. */
const LEASE_MS = 30_000;
/** How often it is looked whether Kafka has lost the presence of devices. */
const LOOK_EVERY_MS = 30_000;

/**
 * Every two seconds: stores what was heard of devices where that matters, judges those that are overdue, and publishes
 * what has changed to `device.presence`. Several aggregators do so side by side. A failure is logged once, and the next
 * run tries again.
 */
export class PresenceWorker {
  readonly #options: PresenceWorkerOptions;
  readonly #outbox: PresenceOutbox;
  readonly #now: () => number;
  readonly #startedMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #hasFailed = false;
  #lookedAtMs = -Infinity;
  #isStopped = false;

  constructor(options: PresenceWorkerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#startedMs = this.#now();
    this.#outbox = new PresenceOutbox(options.pool, LEASE_MS);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#attempt().finally(() => (this.#running = undefined));
    }, this.#options.everyMs ?? EVERY_MS);
  }

  /** Resolves when nothing runs, and nothing will. MUST come before the producer and the pool are closed. */
  async close(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #attempt(): Promise<void> {
    try {
      await this.#run();
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) {
        this.#options.logger.warn({ err: error }, 'the presence of devices is not kept; it is tried again');
      }
      this.#hasFailed = true;
    }
  }

  async #run(): Promise<void> {
    const { book } = this.#options;
    for (let devices = 0; devices < MAX_PER_RUN && !this.#isStopped; devices += AT_A_TIME) {
      const signs = book.take(AT_A_TIME);
      if (signs.length === 0) break;
      await this.#update(signs).catch((error: unknown) => {
        book.putBack(signs);
        throw error;
      });
    }
    if (this.#mayJudge()) await this.#judgeDue();
    await this.#publish();
  }

  #mayJudge(): boolean {
    const nowMs = this.#now();
    const newestMs = this.#options.book.takeNewestMs() ?? nowMs;
    return nowMs - newestMs < BEHIND_MS && nowMs - this.#startedMs >= (this.#options.graceMs ?? GRACE_MS);
  }

  async #judgeDue(): Promise<void> {
    const { pool, book } = this.#options;
    for (let devices = 0; devices < MAX_PER_RUN && !this.#isStopped; devices += AT_A_TIME) {
      const due = await findDuePresence(pool, this.#now(), AT_A_TIME);
      if (due.length > 0) await this.#update(due.map((deviceId) => book.signsOf(deviceId)));
      if (due.length < AT_A_TIME) return;
    }
  }

  async #update(signs: readonly PresenceSigns[]): Promise<void> {
    const stored = await inTransaction(this.#options.pool, 'judging presence', async (client) => {
      await lockPresence(client);
      return updatePresence(client, signs, this.#now());
    });
    this.#options.book.told(stored);
  }

  async #publish(): Promise<void> {
    await this.#lookForLoss();
    while (!this.#isStopped) {
      const published = await this.#outbox.publishDue(async (due) => {
        await Promise.all(due.map((presence) => this.#send(presence)));
      });
      if (published === 0) return;
    }
  }

  async #lookForLoss(): Promise<void> {
    if (this.#now() - this.#lookedAtMs < LOOK_EVERY_MS) return;
    try {
      if (await this.#options.positions.isEmpty(TOPICS.devicePresence)) await this.#outbox.publishAllAgain();
      this.#lookedAtMs = this.#now();
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
    }
  }

  #send({ deviceId, presence }: DuePresence): Promise<void> {
    return this.#options.producer.send({
      topic: TOPICS.devicePresence,
      key: deviceId,
      value: encodePresence({ v: 1, deviceId, ...(presence ?? { state: 'removed' }) }),
    });
  }
}
