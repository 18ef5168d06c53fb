import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { engineKind, eventually } from '@fieldstream/testing';
import { hasProgram } from '../../../deploy/stack/command.js';

export interface ForeignServerOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
}

const READY_TIMEOUT_MS = 30_000;
const KEPT_OUTPUT = 4_000;

/**
 * Whether to run it: on given engines, where it is installed. Where it is missing there, a line says so.
 * @param debianPackage where it comes from
 */
export function isAvailable(program: string, debianPackage: string): boolean {
  if (engineKind() === 'embedded') return false;
  if (hasProgram(program) && hasProgram('setpriv')) return true;
  process.stderr.write(`tested without ${program}: it is missing (apt-get install ${debianPackage})\n`);
  return false;
}

/** A server that is not ours as a process of its own. It never outlives this process. */
export class ForeignServer {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(private readonly options: ForeignServerOptions) {}

  /** Starts it, and waits until it listens. @throws Error with the last that it printed */
  async start(): Promise<void> {
    const { program, args, port } = this.options;
    // The kernel ends it with its parent, whatever ended that.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    child.once('exit', (code, signal) => (failure ??= new Error(`it ended with ${signal ?? code}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-KEPT_OUTPUT);
      });
    }
    try {
      await eventually(() => failure !== undefined || listens(port), {
        timeoutMs: READY_TIMEOUT_MS,
        what: `${program} listening on port ${port}`,
      });
      if (failure !== undefined) throw failure;
    } catch (error) {
      await this.stop();
      throw new Error(`${program}: ${(error as Error).message}\n${this.output}`, { cause: error });
    }
  }

  /** Kills it, if it runs, and resolves when it has ended. */
  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
