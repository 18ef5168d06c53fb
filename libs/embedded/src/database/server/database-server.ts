import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@fieldstream/domain';
import { EmbeddedError } from '../../embedded-error.js';
import type { Engine } from '../engine/engine.js';
import { errorResponse } from '../wire/backend-messages.js';
import { Client } from './client.js';
import type { ClientHost } from './client-host.js';
import { EngineSession } from './engine-session.js';
import { OWNER } from '../engine/cluster-folder.js';
import type { DatabaseLimits } from './limits.js';
import { REPORTED } from './conversation.js';
import { Turnstile } from './turnstile.js';

export interface DatabaseServerOptions {
  readonly host: string;
  readonly port: number;
  readonly spillDir: string;
  readonly limits: DatabaseLimits;
  readonly logger: Logger;
  /** The engine cannot go on: a crash, or what must not happen. */
  readonly onFault: (error: unknown) => void;
}

const FIXED = ['server_version', 'server_encoding', 'integer_datetimes'];
const CLOSE_CHECK_MS = 10;

/** The listener on loopback, its clients, and who of them has the engine. There are no passwords and no encryption. */
export class DatabaseServer implements ClientHost {
  readonly turnstile: Turnstile;
  readonly limits: DatabaseLimits;
  readonly spillDir: string;
  readonly logger: Logger;
  private readonly clients = new Set<Client>();
  private readonly listener: Server;
  private current: EngineSession;
  private settings: ReadonlyMap<string, string> = new Map();
  private lastNumber = 0;
  private isClosing = false;

  private constructor(
    engine: Engine,
    private readonly options: DatabaseServerOptions,
  ) {
    this.limits = options.limits;
    this.spillDir = options.spillDir;
    this.logger = options.logger;
    this.turnstile = new Turnstile(options.onFault);
    this.current = this.begin(engine);
    this.listener = createServer((socket) => this.accept(socket));
    // The system's own queue is what takes a burst.
    this.listener.maxConnections = 2 * this.limits.maxConnections;
  }

  /** @throws EmbeddedError `port-unavailable` */
  static async listen(engine: Engine, options: DatabaseServerOptions): Promise<DatabaseServer> {
    const server = new DatabaseServer(engine, options);
    await new Promise<void>((resolve, reject) => {
      server.listener.once('error', (cause: NodeJS.ErrnoException) => {
        const reason =
          cause.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${cause.code})`;
        reject(
          new EmbeddedError(
            'port-unavailable',
            `port ${options.port} on ${options.host} ${reason}: end that program, or choose another port for the database`,
            { cause },
          ),
        );
      });
      server.listener.listen(options.port, options.host, resolve);
    });
    return server;
  }

  get port(): number {
    const address = this.listener.address();
    return typeof address === 'object' && address ? address.port : this.options.port;
  }

  get session(): EngineSession {
    return this.current;
  }

  get defaults(): ReadonlyMap<string, string> {
    return this.settings;
  }

  countOf(role: string): number {
    let count = 0;
    for (const client of this.clients) if (client.role === role) count++;
    return count;
  }

  othersUseTemporary(client: Client): boolean {
    for (const other of this.clients) if (other !== client && other.usesTemporary) return true;
    return false;
  }

  cancel(processId: number, secret: number): void {
    for (const client of this.clients) {
      if (client.number === processId && client.secret === secret) client.cancelWaiting();
    }
  }

  fault(error: unknown): void {
    this.options.onFault(error);
  }

  gone(client: Client): void {
    this.clients.delete(client);
  }

  /** Ends all clients, after a crash; those that come now wait for `resume`. */
  suspend(): void {
    this.turnstile.stop();
    // Nobody is let in by what the engine that is gone has told.
    this.current.rolesChanged();
    for (const client of this.clients) client.crashed();
  }

  resume(engine: Engine): void {
    this.current = this.begin(engine);
    this.turnstile.start();
  }

  /** Lets nobody in any more, and ends every client when its transaction has ended, all of them after `closeTimeoutMs`. */
  async close(): Promise<void> {
    this.isClosing = true;
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    const deadline = performance.now() + this.limits.closeTimeoutMs;
    while (this.clients.size > 0) {
      const isOver = performance.now() >= deadline;
      for (const client of this.clients) {
        if (isOver || !client.isBusy) client.end('57P01', 'terminating connection: the database is closed');
      }
      if (performance.now() >= deadline + this.limits.closeTimeoutMs) break;
      await new Promise((resolve) => setTimeout(resolve, CLOSE_CHECK_MS));
    }
    for (const client of this.clients) client.destroy();
    await closed;
    // What clients have left behind is undone by the turns that are still queued.
    while (this.turnstile.waiting > 0 && this.turnstile.isOpen)
      await new Promise((resolve) => setImmediate(resolve));
    this.turnstile.stop();
  }

  private begin(engine: Engine): EngineSession {
    const session = new EngineSession(engine);
    const names = [...FIXED, ...REPORTED];
    const row =
      session.ask(`SELECT ${names.map((name) => `current_setting('${name}')`).join(', ')}`)[0] ?? [];
    this.settings = new Map([
      ...names.map((name, index): [string, string] => [name, row[index] ?? '']),
      ['in_hot_standby', 'off'],
    ]);
    session.findRole(OWNER);
    return session;
  }

  private accept(socket: Socket): void {
    if (this.isClosing || this.clients.size >= this.limits.maxConnections) {
      const [sqlState, text] = this.isClosing
        ? ['57P03', 'the database is closing']
        : ['53300', `sorry, too many clients already: ${this.limits.maxConnections} are allowed`];
      socket.on('error', () => socket.destroy());
      // Read what it begins with, else the answer is lost to the reset that unread bytes cause.
      socket.once('data', () => socket.end(errorResponse('FATAL', sqlState, text)));
      socket.setTimeout(this.limits.startupTimeoutMs, () => socket.destroy());
      return;
    }
    this.lastNumber = (this.lastNumber % 0x7fffffff) + 1;
    this.clients.add(new Client(socket, this.lastNumber, randomInt(-0x80000000, 0x7fffffff), this));
  }
}
