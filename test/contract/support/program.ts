import { spawn } from 'node:child_process';
import { eventually } from '@fieldstream/testing';

export interface ProgramOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** No tool that a case runs to its end takes this long. */
const RUN_TIMEOUT_MS = 45_000;

/** A program that a case started. What it prints is kept, up to what a case's records come to. */
export class Program {
  stdout = '';
  stderr = '';
  private readonly ended: Promise<number | null>;

  private constructor(private readonly child: ReturnType<typeof spawn>) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code));
    });
    // Whoever waits for the end is told; nobody has to.
    this.ended.catch(() => {});
  }

  static start(file: string, args: readonly string[], options: ProgramOptions = {}): Program {
    const child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      timeout: RUN_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const program = new Program(child);
    // A program that does not read its input may be gone before all of it is written.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    return program;
  }

  get lines(): readonly string[] {
    return linesOf(this.stdout);
  }

  /** Resolves when it has printed so many lines on standard output. @throws Error with what it printed instead */
  async printed(count: number): Promise<readonly string[]> {
    await this.until(() => this.lines.length >= count, `${count} lines`);
    return this.lines;
  }

  /** Resolves when `check` holds. @throws Error with what it printed instead */
  async until(check: () => boolean, what: string): Promise<void> {
    await eventually(
      () => {
        if (!check())
          throw new Error(`it printed\n${this.stdout.slice(-2_000)}\n${this.stderr.slice(-2_000)}`);
      },
      { what, timeoutMs: 40_000, everyMs: 10 },
    );
  }

  /** Ends it, if it still runs, and resolves when it has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProgramResult> {
    this.child.kill(signal);
    return this.end();
  }

  /** Resolves when it has ended by itself. */
  async end(): Promise<ProgramResult> {
    const code = await this.ended;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs a program to its end, whatever its exit code is. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return Program.start(file, args, options).end();
}

/** Without the empty last one. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}
