import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { LogTail } from './log-tail.js';
import { projectRoot } from './project-root.js';

export interface ServiceOptions {
  /** Folder under `apps/`. */
  readonly app: string;
  /** The service's whole environment, apart from PATH and HOME. Nothing of the caller's environment leaks in. */
  readonly env: Readonly<Record<string, string>>;
  /** `dist` runs the compiled service if it is there, else, like `source` (default), the TypeScript. */
  readonly from?: 'dist' | 'source';
  /** Bound on getting ready. Default 30,000. */
  readonly readyTimeoutMs?: number;
  /** Bound on stopping after SIGTERM. Default 30,000: a service allows itself 25 s. */
  readonly stopTimeoutMs?: number;
  /** Further arguments for Node itself, e.g. `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
}

export interface ServiceExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Loaded into the service before its own code: without the parent, whatever ended it, there is nobody to stop the
 * service, so it ends itself.
 */
const END_WITH_PARENT =
  'data:text/javascript,' +
  encodeURIComponent(
    "if(process.channel){process.on('disconnect',()=>process.kill(process.pid,'SIGKILL'));process.channel.unref();}",
  );

/**
 * One service as a process of its own, as in production, for tests and benchmarks. It never outlives its parent. When
 * it ends without having been asked to, its last log lines are printed to stderr.
 */
export class ServiceProcess {
  private readonly tail = new LogTail();
  private child: ChildProcess | undefined;
  private exit: Promise<ServiceExit> = Promise.resolve({ code: null, signal: null });
  /** False from being ready until somebody asks for the end: an end in between is a surprise worth printing. */
  private exitExpected = true;

  private constructor(
    private readonly options: ServiceOptions,
    private readonly env: Readonly<Record<string, string>>,
    /** Port that answers /health/ready (and /metrics). */
    readonly healthPort: number,
  ) {}

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
    service.spawn();
    return service;
  }

  /** Process ID of the present run. @throws Error when it is not running. */
  get pid(): number {
    if (!this.isRunning || this.child?.pid === undefined)
      throw new Error(`${this.options.app} is not running`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The last lines that it wrote to stdout and stderr, all runs together. */
  get logs(): string {
    return this.tail.toString();
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
    this.exitExpected = false;
  }

  /** Waits for an end that the caller expects. @throws Error when it is still running after the time; it is killed then. */
  async waitForExit(timeoutMs = 30_000): Promise<ServiceExit> {
    this.exitExpected = true;
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    const exit = await Promise.race([this.exit, timeUp]);
    clearTimeout(timer);
    if (exit !== undefined) return exit;
    await this.kill();
    throw new Error(`${this.options.app} did not end within ${timeoutMs} ms\n${this.logs}`);
  }

  /** Sends a signal and, unless it only stops or continues the process (SIGSTOP, SIGCONT), waits for the end. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isRunning) return;
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      this.child?.kill(signal);
      return;
    }
    this.exitExpected = true;
    this.child?.kill(signal);
    // The process is not reference-counted, so something else has to keep this one alive until it has ended.
    const hold = setInterval(() => {}, 1_000);
    await this.exit;
    clearInterval(hold);
  }

  /**
   * SIGTERM, then waits. Stopping what has ended is no fault.
   * @throws Error with the log when it exits with another code than 0, or has to be killed after `stopTimeoutMs`.
   */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.exitExpected = true;
    this.child?.kill('SIGTERM');
    const { code, signal } = await this.waitForExit(this.options.stopTimeoutMs ?? 30_000);
    if (code !== 0) throw new Error(`${this.options.app} stopped with ${signal ?? code}\n${this.logs}`);
  }

  /** Ends the service (SIGTERM and a clean stop by default) and starts it again with the same environment and ports. */
  async restart(options: { readonly signal?: NodeJS.Signals } = {}): Promise<void> {
    const signal = options.signal ?? 'SIGTERM';
    if (signal === 'SIGTERM') await this.stop();
    else await this.kill(signal);
    this.spawn();
    await this.waitUntilReady();
  }

  private spawn(): void {
    const root = projectRoot();
    const compiled = join(root, 'dist', 'apps', this.options.app, 'src', 'main.js');
    const entry =
      this.options.from === 'dist' && existsSync(compiled)
        ? [compiled]
        : [
            '--import',
            '@swc-node/register/esm-register',
            join(root, 'apps', this.options.app, 'src', 'main.ts'),
          ];
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', '--import', END_WITH_PARENT, ...(this.options.nodeArguments ?? []), ...entry],
      {
        cwd: root,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    this.child = child;
    this.exitExpected = true;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (chunk: string) => this.tail.push(chunk));
    }
    this.exit = new Promise((resolve) => {
      child.once('error', (error) => {
        this.tail.push(`cannot be started: ${error.message}\n`);
        resolve({ code: null, signal: null });
      });
      // 'close', not 'exit': only then have all log lines been read.
      child.once('close', (code, signal) => {
        if (!this.exitExpected) {
          process.stderr.write(`${this.options.app} ended unexpectedly (${signal ?? code}):\n${this.logs}\n`);
        }
        resolve({ code, signal });
      });
    });
    // A test that forgets a service must still end; the service then ends with it.
    child.unref();
    child.channel?.unref();
    unrefStream(child.stdout);
    unrefStream(child.stderr);
  }
}

function unrefStream(stream: unknown): void {
  (stream as { unref?: () => void } | null)?.unref?.();
}
