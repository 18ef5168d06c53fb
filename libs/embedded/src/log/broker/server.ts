import { createServer, type Server, type Socket } from 'node:net';
import { EmbeddedError } from '../../embedded-error.js';
import { Connection } from './connection.js';
import { type Dispatcher } from './dispatch.js';
import { type FaultLog } from './fault-log.js';
import { type LogLimits } from './limits.js';
import { RequestMemory } from './request-memory.js';
import { type ResponseMemory } from './response-memory.js';

export interface LogServerOptions {
  readonly limits: LogLimits;
  readonly dispatcher: Dispatcher;
  readonly responses: ResponseMemory;
  readonly faults: FaultLog;
}

const CHECK_MS = 1_000;
const STALL_MS = 2_000;
/** A client that has not sent a whole request by then makes room for another when all connections are taken. */
const SILENT_MS = 5_000;

/** Listens, and owns the connections. */
export class LogServer {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #requests: RequestMemory;
  #checkTimer: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(private readonly options: LogServerOptions) {
    this.#requests = new RequestMemory({ maxBytes: options.limits.maxHeldRequestBytes, stallMs: STALL_MS });
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Bytes of requests that are incomplete or unanswered. */
  get heldRequestBytes(): number {
    return this.#requests.usedBytes;
  }

  /** Resolves with the port. @throws EmbeddedError `port-unavailable` */
  async listen(host: string, port: number): Promise<number> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen({ host, port }, () => {
          this.#server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      throw listenError(error, host, port);
    }
    this.#server.on('error', (error) =>
      this.options.faults.warn('connections', { err: error }, 'a connection could not be accepted'),
    );
    this.#checkTimer = setInterval(() => this.#check(), CHECK_MS).unref();
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  /** Stops accepting; answers what has begun, for at most the grace time, and ends every connection. */
  async close(): Promise<void> {
    clearInterval(this.#checkTimer);
    if (this.#server.listening) this.#server.close();
    if (this.#connections.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const connection of this.#connections) connection.end();
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, this.options.limits.closeGraceMs);
    await empty;
    clearTimeout(timer);
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.options.limits.maxConnections && !this.#makeRoom()) {
      socket.destroy();
      this.options.faults.warn(
        'connections',
        { client: socket.remoteAddress, maxConnections: this.options.limits.maxConnections },
        'refused a connection: as many as allowed are open',
      );
      return;
    }
    const { limits, dispatcher, responses, faults } = this.options;
    const onClosed = (closed: Connection): void => {
      this.#connections.delete(closed);
      if (this.#connections.size === 0) this.#whenEmpty?.();
    };
    this.#connections.add(
      new Connection(socket, { limits, dispatcher, requests: this.#requests, responses, faults, onClosed }),
    );
  }

  /** Closes the oldest connection that never sent a request, if there is one. */
  #makeRoom(): boolean {
    for (const connection of this.#connections) {
      if ((connection.silentMs ?? 0) < SILENT_MS) continue;
      connection.destroy();
      this.#connections.delete(connection);
      return true;
    }
    return false;
  }

  #check(): void {
    for (const connection of this.#connections) connection.check();
  }
}

function listenError(error: unknown, host: string, port: number): EmbeddedError {
  const { code } = error as NodeJS.ErrnoException;
  const faults: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use by another process: stop it, or set another port`,
    EACCES: `port ${port} may not be listened on by this user: set one above 1023`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: set one that is, such as 127.0.0.1`,
    ENOTFOUND: `${host} is not an address of this machine: set one that is, such as 127.0.0.1`,
  };
  const message = faults[code ?? ''] ?? `cannot listen on ${host}:${port} (${code}): set another port`;
  return new EmbeddedError('port-unavailable', `the embedded log: ${message}`, { cause: error });
}
