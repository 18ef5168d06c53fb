import type { Logger } from '@fieldstream/domain';
import type { Evaluator } from './evaluator.js';

export interface TimerLoopOptions {
  readonly evaluator: Pick<Evaluator, 'fireTimers'>;
  readonly isCaughtUp: (partition: number) => Promise<boolean>;
  readonly everyMs: number;
  readonly logger: Logger;
}

/** Looks for due timers, one look at a time. */
export class TimerLoop {
  private timer: NodeJS.Timeout | undefined;
  private firing: Promise<void> | undefined;
  private hasFailed = false;

  constructor(private readonly options: TimerLoopOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      this.firing ??= this.fire().finally(() => {
        this.firing = undefined;
      });
    }, this.options.everyMs);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.firing;
  }

  private async fire(): Promise<void> {
    const { evaluator, isCaughtUp, logger } = this.options;
    try {
      await evaluator.fireTimers(isCaughtUp);
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) logger.warn({ err: error }, 'firing timers failed, trying again');
      this.hasFailed = true;
    }
  }
}
