import type { Logger } from '@fieldstream/domain';

export interface RepeatedTaskOptions {
  /** For the log: `firing timers`. */
  readonly doing: string;
  readonly everyMs: number;
  readonly run: () => Promise<void>;
  readonly logger: Logger;
}

/** Runs something again and again, once at a time. Of failures in a row the first is logged; the next run tries again. */
export class RepeatedTask {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private hasFailed = false;

  constructor(private readonly options: RepeatedTaskOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run().finally(() => {
        this.running = undefined;
      });
    }, this.options.everyMs);
  }

  /** Resolves when a run that is under way has ended. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    const { doing, run, logger } = this.options;
    try {
      await run();
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) logger.warn({ err: error }, `${doing} failed, trying again`);
      this.hasFailed = true;
    }
  }
}
