import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LogTail } from './log-tail.js';
import { projectRoot } from './project-root.js';

export interface ProgramOptions {
  /** For messages. */
  readonly name: string;
  /** Source file, as a path in the checkout, e.g. `apps/bridge/src/main.ts`. */
  readonly entry: string;
  readonly args?: readonly string[];
  /** The program's whole environment, apart from PATH and HOME. Nothing of the caller's environment leaks in. */
  readonly env: Readonly<Record<string, string>>;
  /** `dist` runs the compiled program if it is there, else, like `source` (default), the TypeScript. */
  readonly from?: 'dist' | 'source';
  /** Further arguments for Node itself, e.g. `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
}

export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Loaded into the program before its own code: without the parent, whatever ended it, there is nobody to stop the
 * program, so it ends itself.
 */
const END_WITH_PARENT =
  'data:text/javascript,' +
  encodeURIComponent(
    "if(process.channel){process.on('disconnect',()=>process.kill(process.pid,'SIGKILL'));process.channel.unref();}",
  );

/**
 * One of the checkout's programs as a process of its own, which can be ended and run again. It never outlives its
 * parent, and does not keep it alive. An end that nobody asked for after `ready` is printed to stderr with its last log lines.
 */
export class ChildProgram {
  private readonly tail = new LogTail();
  private child: ChildProcess | undefined;
  private exit: Promise<ProgramExit> = Promise.resolve({ code: null, signal: null });
  /** False from being ready until somebody asks for the end: an end in between is a surprise worth printing. */
  private exitExpected = true;

  constructor(private readonly options: ProgramOptions) {}

  /** Process ID of the present run. @throws Error when it is not running. */
  get pid(): number {
    if (!this.isRunning || this.child?.pid === undefined)
      throw new Error(`${this.options.name} is not running`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The last lines that it wrote to stdout and stderr, all runs together. */
  get logs(): string {
    return this.tail.toString();
  }

  /** Runs it. @param onOutput gets what it writes to stdout, as it comes. */
  run(onOutput: (chunk: string) => void = () => {}): void {
    if (this.isRunning) throw new Error(`${this.options.name} is running`);
    const root = projectRoot();
    const { name, entry, args = [], nodeArguments = [], env } = this.options;
    const compiled = join(root, 'dist', entry.replace(/\.ts$/, '.js'));
    const program =
      this.options.from === 'dist' && existsSync(compiled)
        ? [compiled]
        : ['--import', '@swc-node/register/esm-register', join(root, entry)];
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', '--import', END_WITH_PARENT, ...nodeArguments, ...program, ...args],
      {
        cwd: root,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    this.child = child;
    this.exitExpected = true;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (chunk: string) => this.tail.push(chunk));
    }
    child.stdout?.on('data', onOutput);
    this.exit = new Promise((resolve) => {
      child.once('error', (error) => {
        this.tail.push(`cannot be started: ${error.message}\n`);
        resolve({ code: null, signal: null });
      });
      // 'close', not 'exit': only then have all log lines been read.
      child.once('close', (code, signal) => {
        if (!this.exitExpected)
          process.stderr.write(`${name} ended unexpectedly (${signal ?? code}):\n${this.logs}\n`);
        resolve({ code, signal });
      });
    });
    // A test that forgets a program must still end; the program then ends with it.
    child.unref();
    child.channel?.unref();
    unrefStream(child.stdout);
    unrefStream(child.stderr);
  }

  /** From now on an end that nobody asks for is a surprise. */
  ready(): void {
    this.exitExpected = false;
  }

  /** Waits for an end that the caller expects. @throws Error when it is still running after the time; it is killed then. */
  async waitForExit(timeoutMs: number): Promise<ProgramExit> {
    this.exitExpected = true;
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    const exit = await Promise.race([this.exit, timeUp]);
    clearTimeout(timer);
    if (exit !== undefined) return exit;
    await this.kill();
    throw new Error(`${this.options.name} did not end within ${timeoutMs} ms\n${this.logs}`);
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
   * @throws Error with the log when it exits with another code than 0, or has to be killed after the time.
   */
  async stop(timeoutMs: number): Promise<void> {
    if (!this.isRunning) return;
    this.exitExpected = true;
    this.child?.kill('SIGTERM');
    const { code, signal } = await this.waitForExit(timeoutMs);
    if (code !== 0) throw new Error(`${this.options.name} stopped with ${signal ?? code}\n${this.logs}`);
  }
}

function unrefStream(stream: unknown): void {
  (stream as { unref?: () => void } | null)?.unref?.();
}
