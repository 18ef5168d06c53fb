import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { type DueNotification, outbox } from '@fieldstream/timescale';
import type { NotificationChannel } from './notification-channel.js';

export type DeliveryOutcome = 'delivered' | 'failed' | 'given-up';

export interface OutboxWorkerOptions {
  readonly pool: pg.Pool;
  readonly channel: NotificationChannel;
  readonly logger: Logger;
  /** After this pause the outbox is looked into unasked: for what is due again, or was left by another process. */
  readonly pollMs: number;
  readonly onOutcome?: (outcome: DeliveryOutcome) => void;
}

const FIRST_BACK_OFF_MS = 1_000;
const LOG_EVERY_MS = 60_000;

/**
 * Delivers the notifications of one channel, each at least once. At most `concurrency` are under way; a channel that
 * hangs delays no other. A notification whose outcome could not be noted is delivered again after its lease.
 */
export class OutboxWorker {
  private readonly underWay = new Map<string, { readonly target: string; readonly ended: Promise<void> }>();
  private delivered: string[] = [];
  private taking: Promise<void> | undefined;
  private noting: Promise<void> | undefined;
  private isWanted = false;
  private isClosed = false;
  private poll: NodeJS.Timeout | undefined;
  private loggedMs = -Infinity;

  constructor(private readonly options: OutboxWorkerOptions) {}

  start(): void {
    this.poll = setInterval(() => this.kick(), this.options.pollMs);
    this.kick();
  }

  /** Notifications may be due. Returns at once. */
  kick(): void {
    this.isWanted = true;
    this.taking ??= this.take().finally(() => {
      this.taking = undefined;
      if (this.isWanted && this.hasRoom) this.kick();
    });
  }

  /** Takes no more; what is under way may end within a time, the rest is another process's after its lease. */
  async close(timeoutMs: number): Promise<void> {
    this.isClosed = true;
    clearInterval(this.poll);
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.drained(), timeUp]);
    clearTimeout(timer);
  }

  private get hasRoom(): boolean {
    return !this.isClosed && this.underWay.size < this.options.channel.concurrency;
  }

  private async drained(): Promise<void> {
    await this.taking;
    await Promise.all([...this.underWay.values()].map(({ ended }) => ended));
    await this.noting;
  }

  /** Rejects never: what cannot be taken now is taken at the next poll. */
  private async take(): Promise<void> {
    const { pool, channel } = this.options;
    try {
      while (this.isWanted && this.hasRoom) {
        this.isWanted = false;
        const limit = channel.concurrency - this.underWay.size;
        const taken = await outbox.take(pool, {
          channel: channel.name,
          limit,
          leaseMs: channel.leaseMs,
          limitPerTarget: channel.concurrencyPerTarget,
          exceptTargets: this.busyTargets(),
        });
        for (const notification of taken) this.begin(notification);
        if (taken.length === limit) this.isWanted = true;
      }
    } catch (error) {
      this.isWanted = false;
      this.warn(error, 'taking notifications failed, trying again');
    }
  }

  /** Targets that have as many under way as they may have. */
  private busyTargets(): string[] {
    const counts = new Map<string, number>();
    for (const { target } of this.underWay.values()) counts.set(target, (counts.get(target) ?? 0) + 1);
    const limit = this.options.channel.concurrencyPerTarget;
    return [...counts].filter(([, count]) => count >= limit).map(([target]) => target);
  }

  private begin(notification: DueNotification): void {
    const { id, target } = notification;
    const ended = this.attempt(notification).finally(() => {
      this.underWay.delete(id);
      if (this.hasRoom) this.kick();
    });
    this.underWay.set(id, { target, ended });
  }

  private async attempt(notification: DueNotification): Promise<void> {
    try {
      await this.options.channel.deliver(notification);
    } catch (error) {
      await this.noteFailure(notification, error);
      return;
    }
    this.options.onOutcome?.('delivered');
    this.delivered.push(notification.id);
    await (this.noting ??= this.noteDelivered().finally(() => {
      this.noting = undefined;
    }));
  }

  /** Those delivered while one statement runs are noted together by the next. */
  private async noteDelivered(): Promise<void> {
    while (this.delivered.length > 0) {
      try {
        await outbox.markDelivered(this.options.pool, this.delivered.splice(0));
      } catch (error) {
        this.warn(error, 'delivered notifications could not be noted, they will be delivered again');
      }
    }
  }

  private async noteFailure({ id, attempts, createdAt }: DueNotification, error: unknown): Promise<void> {
    const { channel, pool, onOutcome } = this.options;
    const isGivenUp = Date.now() - createdAt.getTime() > channel.giveUpAfterMs;
    const reason = reasonOf(error);
    onOutcome?.(isGivenUp ? 'given-up' : 'failed');
    if (isGivenUp) {
      this.options.logger.error(
        { channel: channel.name, notification: id, reason },
        'notification given up: its receiver took it at no attempt',
      );
    }
    try {
      await outbox.markFailed(pool, id, reason, isGivenUp ? undefined : this.backOffMs(attempts));
    } catch (fault) {
      this.warn(fault, 'a failed notification could not be noted, it will be tried again');
    }
  }

  /** Doubles with every attempt up to the channel's bound; half of it is random, so that not all come back at once. */
  private backOffMs(attempts: number): number {
    const wholeMs = Math.min(
      this.options.channel.maxBackOffMs,
      FIRST_BACK_OFF_MS * 2 ** Math.min(attempts, 20),
    );
    return Math.round(wholeMs * (0.5 + Math.random() / 2));
  }

  private warn(error: unknown, message: string): void {
    const nowMs = performance.now();
    if (nowMs - this.loggedMs < LOG_EVERY_MS) return;
    this.loggedMs = nowMs;
    this.options.logger.warn({ err: error, channel: this.options.channel.name }, message);
  }
}

/** `fetch` says only "fetch failed"; what failed is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
