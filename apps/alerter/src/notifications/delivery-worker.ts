import type { Logger } from '@fieldstream/domain';
import type { Deliverable, DeliveryFailure, DeliveryOutcome, DeliveryQueue } from './delivery-queue.js';

export interface DeliveryWorkerOptions<T extends Deliverable> {
  readonly queue: DeliveryQueue<T>;
  readonly logger: Logger;
  /** After this pause the queue is looked into unasked: for what is due again, or was left by another process. */
  readonly pollMs: number;
  readonly onOutcome?: (entry: T, outcome: DeliveryOutcome) => void;
}

const FIRST_BACK_OFF_MS = 1_000;
const LOG_EVERY_MS = 60_000;
/** For attempts that were ended to be noted. */
const LAST_NOTES_MS = 1_000;

interface UnderWay {
  readonly target: string;
  readonly ended: Promise<void>;
}

/**
 * Delivers the entries of one queue, each at least once. One whose outcome could not be noted is delivered again after its
 * lease.
 */
export class DeliveryWorker<T extends Deliverable> {
  private readonly underWay = new Map<string, UnderWay>();
  private readonly stop = new AbortController();
  private delivered: string[] = [];
  private taking: Promise<void> | undefined;
  private noting: Promise<void> | undefined;
  private isWanted = false;
  private isClosed = false;
  private poll: NodeJS.Timeout | undefined;
  private renewal: NodeJS.Timeout | undefined;
  private loggedMs = -Infinity;

  constructor(private readonly options: DeliveryWorkerOptions<T>) {}

  start(): void {
    const { queue, pollMs } = this.options;
    this.poll = setInterval(() => this.kick(), pollMs);
    if (queue.renewEveryMs !== undefined) {
      this.renewal = setInterval(() => void this.renew(), queue.renewEveryMs);
    }
    this.kick();
  }

  /** Entries may be due. Returns at once. */
  kick(): void {
    this.isWanted = true;
    if (!this.hasRoom) return;
    this.taking ??= this.take().finally(() => {
      this.taking = undefined;
      if (this.isWanted && this.hasRoom) this.kick();
    });
  }

  /** Takes no more. What is under way may end within the time; then it is broken off, and is due at once, for any process. */
  async close(timeoutMs: number): Promise<void> {
    this.isClosed = true;
    clearInterval(this.poll);
    await within(timeoutMs, this.drained());
    this.stop.abort();
    await within(LAST_NOTES_MS, this.drained());
    clearInterval(this.renewal);
  }

  private get hasRoom(): boolean {
    return !this.isClosed && this.underWay.size < this.options.queue.concurrency;
  }

  private async drained(): Promise<void> {
    await this.taking;
    await Promise.all([...this.underWay.values()].map(({ ended }) => ended));
    await this.noting;
  }

  /** Rejects never: what cannot be taken now is taken at the next poll. */
  private async take(): Promise<void> {
    const { queue } = this.options;
    try {
      while (this.isWanted && this.hasRoom) {
        this.isWanted = false;
        const limit = queue.concurrency - this.underWay.size;
        const taken = await queue.take(limit, this.countsByTarget());
        for (const entry of taken) this.begin(entry);
        if (taken.length === limit) this.isWanted = true;
      }
    } catch (error) {
      this.isWanted = false;
      this.warn(error, 'taking what is to be delivered failed, trying again');
    }
  }

  private countsByTarget(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { target } of this.underWay.values()) counts.set(target, (counts.get(target) ?? 0) + 1);
    return counts;
  }

  private begin(entry: T): void {
    const ended = this.attempt(entry).finally(() => {
      this.underWay.delete(entry.id);
      this.kick();
    });
    this.underWay.set(entry.id, { target: entry.target, ended });
  }

  private async attempt(entry: T): Promise<void> {
    try {
      await this.options.queue.deliver(entry, this.stop.signal);
    } catch (error) {
      await this.noteFailure(entry, this.options.queue.explain(error));
      return;
    }
    this.options.onOutcome?.(entry, 'delivered');
    this.delivered.push(entry.id);
    await (this.noting ??= this.noteDelivered().finally(() => {
      this.noting = undefined;
    }));
  }

  /** Those delivered while one statement runs are noted together by the next. */
  private async noteDelivered(): Promise<void> {
    while (this.delivered.length > 0) {
      try {
        await this.options.queue.markDelivered(this.delivered.splice(0));
      } catch (error) {
        this.warn(error, 'what was delivered could not be noted, it will be delivered again');
      }
    }
  }

  private async noteFailure(entry: T, failure: DeliveryFailure): Promise<void> {
    const { queue, logger, onOutcome } = this.options;
    const { reason, isFinal = false } = failure;
    const isBrokenOff = this.stop.signal.aborted;
    const isOld = Date.now() - entry.createdAt.getTime() > queue.giveUpAfterMs(entry);
    const isGivenUp = !isBrokenOff && (isFinal || isOld);
    if (!isBrokenOff) onOutcome?.(entry, isGivenUp ? 'given-up' : 'failed');
    if (isGivenUp) {
      const fields = { queue: queue.name, id: entry.id, target: entry.target, reason };
      logger.error(fields, 'given up: the receiver took it at no attempt');
    }
    const retryInMs = isBrokenOff ? 0 : this.retryInMs(entry, failure);
    try {
      await queue.markFailed(entry.id, reason, isGivenUp ? undefined : retryInMs);
    } catch (fault) {
      this.warn(fault, 'a failed attempt could not be noted, there will be another one');
    }
  }

  /** Doubles with every attempt up to the bound; half of it is random, so that not all come back at once. */
  private retryInMs({ attempts }: T, { retryAfterMs = 0 }: DeliveryFailure): number {
    const wholeMs = Math.min(
      this.options.queue.maxBackOffMs,
      FIRST_BACK_OFF_MS * 2 ** Math.min(attempts, 20),
    );
    const backOffMs = wholeMs * (0.5 + Math.random() / 2);
    return Math.round(Math.max(backOffMs, retryAfterMs));
  }

  private async renew(): Promise<void> {
    if (this.underWay.size === 0) return;
    try {
      await this.options.queue.renew?.([...this.underWay.keys()]);
    } catch (error) {
      this.warn(error, 'leases could not be renewed, another process may deliver the same');
    }
  }

  private warn(error: unknown, message: string): void {
    const nowMs = performance.now();
    if (nowMs - this.loggedMs < LOG_EVERY_MS) return;
    this.loggedMs = nowMs;
    this.options.logger.warn({ err: error, queue: this.options.queue.name }, message);
  }
}

/** Resolves when the work ends, or the time is up. */
async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}
