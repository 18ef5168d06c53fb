import type { ChildProcess } from 'node:child_process';
import type { FleetStats } from '@fieldstream/testing';
import { forkModule } from './child-module.js';
import type { LoadCommand, LoadMessage, LoadOptions, LoadReport } from './load-protocol.js';

const CONNECT_TIMEOUT_MS = 150_000;
const REPORT_TIMEOUT_MS = 90_000;

/** A fleet in a process of its own, so that measuring does not disturb it, nor it the measuring. */
export class LoadProcess {
  private stats: FleetStats | undefined;
  private failure: Error | undefined;
  private readonly waiting = new Set<(message: LoadMessage | undefined) => void>();

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message: LoadMessage) => {
      if (message.is === 'progress') this.stats = message.stats;
      else for (const hear of this.waiting) hear(message);
    });
    child.once('exit', (code, signal) => {
      this.failure = new Error(`the load process ended (${signal ?? code})`);
      for (const hear of this.waiting) hear(undefined);
    });
  }

  /** Starts it, and resolves when all its connections are accepted. It does not publish yet. */
  static async connect(options: LoadOptions): Promise<LoadProcess> {
    const load = new LoadProcess(forkModule('load', JSON.stringify(options)));
    try {
      await load.hear('connected', CONNECT_TIMEOUT_MS);
    } catch (error) {
      load.kill();
      throw error;
    }
    return load;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Counts a fraction of a second old; undefined before the first. */
  get progress(): FleetStats | undefined {
    return this.stats;
  }

  start(): void {
    this.tell('start');
  }

  /** What happened since the mark before (or the start); latency starts anew. */
  async mark(): Promise<LoadReport> {
    return this.ask('mark');
  }

  /** Stops publishing, waits until everything is acked, disconnects and ends. */
  async stop(): Promise<LoadReport> {
    return this.ask('stop');
  }

  /** Ends it at once. Nothing happens when it has ended. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private tell(command: LoadCommand): void {
    this.child.send(command);
  }

  private async ask(command: LoadCommand): Promise<LoadReport> {
    const answer = this.hear('report', REPORT_TIMEOUT_MS);
    this.tell(command);
    return (await answer).report;
  }

  private hear<K extends LoadMessage['is']>(
    is: K,
    timeoutMs: number,
  ): Promise<Extract<LoadMessage, { is: K }>> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.waiting.delete(hear);
        settle();
      };
      const timer = setTimeout(
        () => end(() => reject(new Error(`the load process did not answer within ${timeoutMs} ms`))),
        timeoutMs,
      );
      const hear = (message: LoadMessage | undefined): void => {
        if (message === undefined) end(() => reject(this.failure ?? new Error('the load process ended')));
        else if (message.is === 'failed') end(() => reject(new Error(`load: ${message.reason}`)));
        else if (message.is === is) end(() => resolve(message as Extract<LoadMessage, { is: K }>));
      };
      if (this.failure) return reject(this.failure);
      this.waiting.add(hear);
    });
  }
}
