import type { Logger } from '@fieldstream/domain';

export interface RepeatedWorkOptions {
  /** For the log: `publishing the registry`. */
  readonly doing: string;
  readonly everyMs: number;
  /** Does what there is to do; `isStopped` says that it should end early. */
  readonly run: (isStopped: () => boolean) => Promise<void>;
  readonly logger: Logger;
}

/**
 * Does something every so often, and at once when asked to; once at a time. Of failures in a row the first is logged, and
 * the next run tries again.
 */
export class RepeatedWork {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #hasFailed = false;
  #isStopped = false;

  constructor(private readonly options: RepeatedWorkOptions) {}

  start(): void {
    this.#timer = setInterval(() => void this.#run(), this.options.everyMs);
    void this.#run();
  }

  /** Resolves when a run that began after the call has ended, or when the time is up; the run goes on then. */
  async runSoon(waitMs: number): Promise<void> {
    // One that is under way may have looked already.
    this.#next ??= (this.#running ?? Promise.resolve()).then(() => {
      this.#next = undefined;
      return this.#run();
    });
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)));
    await Promise.race([this.#next, timeUp]);
    clearTimeout(timer);
  }

  /** Resolves when a run that is under way has ended. */
  async close(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#next;
    await this.#running;
  }

  #run(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return (this.#running ??= this.#work().finally(() => (this.#running = undefined)));
  }

  async #work(): Promise<void> {
    const { doing, run, logger } = this.options;
    try {
      await run(() => this.#isStopped);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) logger.warn({ err: error }, `${doing} failed, trying again`);
      this.#hasFailed = true;
    }
  }
}
