import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { formMessages } from '@fieldstream/timescale';
import { deadlineMs } from './channel-queue.js';

export interface MessageFormerOptions {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** Groups ripen with time: they are looked at so often. */
  readonly everyMs: number;
  /** There are new messages to send. */
  readonly onFormed: () => void;
}

/** Pause after being told that something is new, in which more may come. */
const KICK_MS = 20;

/** Puts notifications to channels together into messages, again and again, one look at a time. */
export class MessageFormer {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isKicked = false;
  private isClosed = false;
  private hasFailed = false;

  constructor(private readonly options: MessageFormerOptions) {}

  start(): void {
    this.schedule(0);
  }

  /** Notifications may be there. Returns at once. */
  kick(): void {
    if (this.isKicked || this.isClosed) return;
    this.isKicked = true;
    if (this.running === undefined) this.schedule(KICK_MS);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(inMs: number): void {
    if (this.isClosed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.isKicked = false;
      this.running = this.form().finally(() => {
        this.running = undefined;
        this.schedule(this.isKicked ? KICK_MS : this.options.everyMs);
      });
    }, inMs);
  }

  /** Rejects never: what cannot be formed now is formed at the next look. */
  private async form(): Promise<void> {
    const { pool, logger, onFormed } = this.options;
    try {
      const { formed, givenUp, isMore } = await formMessages(pool, { deadlineMs });
      for (const [channel, notifications] of givenUp) {
        logger.error(
          { channel, notifications },
          'notifications given up: the channel took nothing for too long',
        );
      }
      if (formed > 0) onFormed();
      if (isMore) this.isKicked = true;
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) logger.warn({ err: error }, 'forming messages failed, trying again');
      this.hasFailed = true;
    }
  }
}
