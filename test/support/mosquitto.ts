import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import { eventually, freePort } from '@fieldstream/testing';

/** Debian has it where an ordinary user's PATH does not reach. */
const PATHS = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'];

/** `describe` for what needs Mosquitto: a skip whose reason is printed where there is none, a failure with `CI` set. */
export function describeWithMosquitto(name: string, tests: (program: string) => void): void {
  const program = PATHS.find((path) => spawnSync(path, ['-h']).error === undefined);
  if (program !== undefined) {
    describe(name, () => tests(program));
    return;
  }
  const reason = 'no Mosquitto was found: install it (Debian: apt-get install mosquitto)';
  if (process.env['CI']) {
    test(name, () => {
      throw new Error(reason);
    });
    return;
  }
  process.stderr.write(`skipped: ${name}: ${reason}\n`);
  test.skip(name, () => {});
}

/** A Mosquitto of one test's own, which keeps sessions and retained messages over a restart. */
export class Mosquitto {
  #process: ChildProcess | undefined;

  private constructor(
    private readonly program: string,
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** @param settings Further lines of its configuration. */
  static async start(program: string, settings: readonly string[] = []): Promise<Mosquitto> {
    const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'));
    const port = await freePort();
    const mosquitto = new Mosquitto(program, folder, port);
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence true',
      `persistence_location ${folder}/`,
      // Else it drops what waits for a subscriber that is away, after a thousand messages.
      'max_queued_messages 0',
      'max_inflight_messages 200',
      // Started as root it would become another user, who may not write in the folder.
      'user root',
      ...settings,
    ];
    await writeFile(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    await mosquitto.bringBack();
    return mosquitto;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async bringBack(): Promise<void> {
    if (this.#process) return;
    this.#process = spawn(this.program, ['-c', join(this.folder, 'mosquitto.conf')], { stdio: 'ignore' });
    await eventually(
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(this.port, '127.0.0.1', () => resolve());
          socket.on('error', reject);
          socket.on('connect', () => socket.destroy());
        }),
      { what: `Mosquitto listening on ${this.port}`, everyMs: 20 },
    );
  }

  /** Ends it in order: it writes its sessions down, which it does not do when it is killed. */
  async takeAway(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  }

  async close(): Promise<void> {
    await this.takeAway();
    await rm(this.folder, { recursive: true, force: true });
  }
}
