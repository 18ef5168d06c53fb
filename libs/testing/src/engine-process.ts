import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { ChildProgram } from './child-program.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

export type EmbeddedEngine = 'log' | 'database';

export interface EngineProcessOptions {
  readonly engine: EmbeddedEngine;
  /** Its data folder, which belongs to it from now on. */
  readonly dataDir: string;
  /** A data folder of a stopped engine to begin with a copy of. */
  readonly template?: string;
}

/** An engine may have a log to replay after a kill, while another test has the processor. */
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

/**
 * One embedded engine as a process of its own, which tests can kill, freeze and start again on its data and port. It
 * never outlives its parent. When it ends without having been asked to, its last log lines are printed to stderr.
 */
export class EngineProcess {
  private readonly program: ChildProgram;
  private announced = '';

  private constructor(
    private readonly options: EngineProcessOptions,
    port: number,
  ) {
    const { engine, dataDir } = options;
    this.program = new ChildProgram({
      name: `embedded ${engine}`,
      entry: 'apps/standalone/src/engine.ts',
      args: [engine, '--data', dataDir, '--port', String(port)],
      env: {},
      from: 'dist',
    });
  }

  /**
   * Starts an engine on a free port of 127.0.0.1, and waits until it serves.
   * @throws Error with its last log lines; its data folder is removed then
   */
  static async start(options: EngineProcessOptions): Promise<EngineProcess> {
    if (options.template !== undefined) await cp(options.template, options.dataDir, { recursive: true });
    const engine = new EngineProcess(options, await freePort());
    try {
      await engine.bringBack();
    } catch (error) {
      await engine.remove();
      throw error;
    }
    return engine;
  }

  /** Where it is reached: as in KAFKA_BROKERS, or as in DATABASE_URL. */
  get address(): string {
    return this.announced;
  }

  get isRunning(): boolean {
    return this.program.isRunning;
  }

  /** @throws Error when it is not running. */
  get pid(): number {
    return this.program.pid;
  }

  /** The last lines that it wrote, all runs together. */
  get logs(): string {
    return this.program.logs;
  }

  /** Ends it as a crash would (SIGKILL), or in order (SIGTERM), and waits until it is gone. */
  async takeAway(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    if (signal === 'SIGTERM') await this.program.stop(STOP_TIMEOUT_MS);
    else await this.program.kill();
  }

  /** Starts it again on its data and port, and waits until it serves. Does nothing when it is running. */
  async bringBack(): Promise<void> {
    if (this.program.isRunning) return;
    let output = '';
    this.program.run((chunk) => (output += chunk));
    const { engine } = this.options;
    try {
      await eventually(() => !this.program.isRunning || output.includes('\n'), {
        timeoutMs: READY_TIMEOUT_MS,
        everyMs: 10,
        what: `the embedded ${engine} getting ready`,
      });
    } catch (error) {
      await this.program.kill();
      throw new Error(`${(error as Error).message}\n${this.logs}`, { cause: error });
    }
    if (!this.program.isRunning) {
      const { code, signal } = await this.program.waitForExit(STOP_TIMEOUT_MS);
      throw new Error(`the embedded ${engine} ended (${signal ?? code}) before it was ready\n${this.logs}`);
    }
    const ready = JSON.parse(output.slice(0, output.indexOf('\n'))) as { brokers?: string; url?: string };
    this.announced = ready.brokers ?? ready.url ?? '';
    this.program.ready();
  }

  /** Freezes or thaws it: connections stay, nothing answers. Resolves when every thread has stopped, where /proc tells. */
  async freeze(frozen: boolean): Promise<void> {
    await this.program.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
    if (frozen) {
      await eventually(() => areStopped(this.pid), {
        timeoutMs: STOP_TIMEOUT_MS,
        everyMs: 1,
        what: `the embedded ${this.options.engine} standing still`,
      });
    }
  }

  /** Kills it and removes its data. */
  async remove(): Promise<void> {
    await this.program.kill();
    await rm(this.options.dataDir, { recursive: true, force: true });
  }
}

/** A signal to stop reaches a thread that runs on another processor a moment later. True where there is no /proc. */
function areStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return true;
  return readdirSync(tasks).every((task) => {
    // The name of the program stands in parentheses and can hold anything; the state follows the last one.
    const [state] = readFileSync(`${tasks}/${task}/stat`, 'utf8').replace(/^.*\) /s, '');
    return state === 'T';
  });
}
