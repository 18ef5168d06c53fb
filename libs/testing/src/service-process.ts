import { ChildProgram, type ProgramExit, type ProgramOptions } from './child-program.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

export interface ServiceOptions extends Pick<ProgramOptions, 'env' | 'from' | 'nodeArguments'> {
  /** Folder under `apps/`. */
  readonly app: string;
  /** Bound on getting ready. Default 30,000. */
  readonly readyTimeoutMs?: number;
  /** Bound on stopping after SIGTERM. Default 30,000: a service allows itself 25 s. */
  readonly stopTimeoutMs?: number;
}

/**
 * One service as a process of its own, as in production, for tests and benchmarks. It never outlives its parent. When
 * it ends without having been asked to, its last log lines are printed to stderr.
 */
export class ServiceProcess {
  private readonly program: ChildProgram;

  private constructor(
    private readonly options: ServiceOptions,
    env: Readonly<Record<string, string>>,
    /** Port that answers /health/ready (and /metrics). */
    readonly healthPort: number,
  ) {
    const { app, from = 'source', nodeArguments = [] } = options;
    this.program = new ChildProgram({
      name: app,
      entry: `apps/${app}/src/main.ts`,
      env,
      from,
      nodeArguments,
    });
  }

  /**
   * Starts the service and waits until it is ready. Its health port is OPS_PORT (`api`: HTTP_PORT); where `env` has
   * none, a free one is chosen.
   * @throws Error with the last log lines when it ends, or is not ready in time; it is not left running then.
   */
  static async start(options: ServiceOptions): Promise<ServiceProcess> {
    const service = await ServiceProcess.launch(options);
    await service.waitUntilReady();
    return service;
  }

  /** Starts the service without waiting for anything. For starts that are meant to fail or to be cut short. */
  static async launch(options: ServiceOptions): Promise<ServiceProcess> {
    const variable = options.app === 'api' ? 'HTTP_PORT' : 'OPS_PORT';
    const healthPort = Number(options.env[variable] ?? (await freePort()));
    const service = new ServiceProcess(
      options,
      { ...options.env, [variable]: String(healthPort) },
      healthPort,
    );
    service.program.run();
    return service;
  }

  /** Process ID of the present run. @throws Error when it is not running. */
  get pid(): number {
    return this.program.pid;
  }

  get isRunning(): boolean {
    return this.program.isRunning;
  }

  /** The last lines that it wrote to stdout and stderr, all runs together. */
  get logs(): string {
    return this.program.logs;
  }

  /** Resolves when /health/ready answers 200. Kills the service and throws otherwise. */
  async waitUntilReady(timeoutMs = this.options.readyTimeoutMs ?? 30_000): Promise<void> {
    const url = `http://127.0.0.1:${this.healthPort}/health/ready`;
    try {
      await eventually(
        async () => {
          if (!this.isRunning) return;
          const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
          const body = await response.text();
          if (response.status !== 200)
            throw new Error(`${url} answered ${response.status}: ${body.slice(0, 500)}`);
        },
        { timeoutMs, everyMs: 50, what: `${this.options.app} getting ready` },
      );
    } catch (error) {
      await this.kill();
      throw new Error(`${(error as Error).message}\n${this.logs}`, { cause: error });
    }
    if (!this.isRunning) {
      const { code, signal } = await this.waitForExit();
      throw new Error(`${this.options.app} ended (${signal ?? code}) before it was ready\n${this.logs}`);
    }
    this.program.ready();
  }

  /** Waits for an end that the caller expects. @throws Error when it is still running after the time; it is killed then. */
  waitForExit(timeoutMs = 30_000): Promise<ProgramExit> {
    return this.program.waitForExit(timeoutMs);
  }

  /** Sends a signal and, unless it only stops or continues the process (SIGSTOP, SIGCONT), waits for the end. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.program.kill(signal);
  }

  /**
   * SIGTERM, then waits. Stopping what has ended is no fault.
   * @throws Error with the log when it exits with another code than 0, or has to be killed after `stopTimeoutMs`.
   */
  stop(): Promise<void> {
    return this.program.stop(this.options.stopTimeoutMs ?? 30_000);
  }

  /** Ends the service (SIGTERM and a clean stop by default) and starts it again with the same environment and ports. */
  async restart(options: { readonly signal?: NodeJS.Signals } = {}): Promise<void> {
    const signal = options.signal ?? 'SIGTERM';
    if (signal === 'SIGTERM') await this.stop();
    else await this.kill(signal);
    this.program.run();
    await this.waitUntilReady();
  }
}
