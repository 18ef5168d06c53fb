import type { Logger } from '@fieldstream/domain';

/** Throws, or rejects, where something is wrong. */
export type HealthCheck = () => void | Promise<void>;

export interface HealthReport {
  readonly ok: boolean;
  /** By name. The reasons go to the log, not to whoever asks. */
  readonly checks: Readonly<Record<string, 'pass' | 'fail'>>;
}

export interface HealthOptions {
  /** Told, once per change, which check fails and why, and that it passes again. */
  readonly logger?: Logger;
  /** A check that takes longer fails. */
  readonly timeoutMs?: number;
}

/**
 * What a process knows of its own state. Ready: every readiness and liveness check passes, so it should get work.
 * Live: no liveness check fails; if not, only a restart helps. Callers that ask at the same time share one run.
 */
export class Health {
  readonly #readiness = new Map<string, HealthCheck>();
  readonly #liveness = new Map<string, HealthCheck>();
  readonly #reported = new Map<string, HealthCheck>();
  readonly #failing = new Set<string>();
  readonly #running = new Map<string, Promise<'pass' | 'fail'>>();
  readonly #logger: Logger | undefined;
  readonly #timeoutMs: number;

  constructor(options: HealthOptions = {}) {
    this.#logger = options.logger;
    this.#timeoutMs = options.timeoutMs ?? 3_000;
  }

  /** Adds a readiness check; a name that exists is replaced. */
  add(name: string, check: HealthCheck): void {
    this.#readiness.set(name, check);
  }

  /** Adds a check whose failure only a restart can mend. It counts for readiness too. */
  addLiveness(name: string, check: HealthCheck): void {
    this.#liveness.set(name, check);
  }

  /** Adds a check of something that may be away: it is reported with readiness, and never makes the process unready. */
  addReported(name: string, check: HealthCheck): void {
    this.#reported.set(name, check);
  }

  remove(name: string): void {
    this.#reported.delete(name);
    this.#readiness.delete(name);
    this.#liveness.delete(name);
    this.#failing.delete(name);
  }

  ready(): Promise<HealthReport> {
    return this.#report(new Map([...this.#reported, ...this.#readiness, ...this.#liveness]));
  }

  live(): Promise<HealthReport> {
    return this.#report(this.#liveness);
  }

  async #report(checks: ReadonlyMap<string, HealthCheck>): Promise<HealthReport> {
    const results = await Promise.all(
      [...checks].map(async ([name, check]) => [name, await this.#run(name, check)] as const),
    );
    const ok = results.every(([name, result]) => result === 'pass' || this.#reported.has(name));
    return { ok, checks: Object.fromEntries(results) };
  }

  #run(name: string, check: HealthCheck): Promise<'pass' | 'fail'> {
    const running = this.#running.get(name);
    if (running) return running;
    const run = this.#outcome(name, check).finally(() => this.#running.delete(name));
    this.#running.set(name, run);
    return run;
  }

  async #outcome(name: string, check: HealthCheck): Promise<'pass' | 'fail'> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.#timeoutMs} ms`)), this.#timeoutMs);
    });
    try {
      await Promise.race([Promise.resolve().then(check), late]);
      if (this.#failing.delete(name)) this.#logger?.info({ check: name }, 'health check passes again');
      return 'pass';
    } catch (error) {
      if (!this.#failing.has(name)) this.#logger?.warn({ check: name, err: error }, 'health check fails');
      this.#failing.add(name);
      return 'fail';
    } finally {
      clearTimeout(timer);
    }
  }
}
