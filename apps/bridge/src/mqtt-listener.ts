import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '@fieldstream/domain';
import { explainListenError } from '@fieldstream/observability';
import { BridgeError } from './bridge-error.js';
import { PacketSizeGuard, type PacketFault, type PacketLimits } from './packet-size-guard.js';

export interface MqttListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Further connections are closed as soon as they are made. */
  readonly maxConnections: number;
  readonly limits: PacketLimits;
  readonly handle: (stream: Duplex) => void;
  readonly logger: Logger;
}

/** Connections that may wait to be accepted: a fleet that comes back all at once. */
const BACKLOG = 2_048;
/** A peer that vanished without a word and has no MQTT keep-alive is noticed by TCP. */
const TCP_KEEP_ALIVE_MS = 60_000;

/** The TCP listener for MQTT. Bytes pass the packet size guard before anything buffers them. */
export class MqttListener {
  readonly #server: Server;
  /** Connections that were cut by the guard. */
  readonly cut: Record<PacketFault, number> = {
    'packet-too-large': 0,
    'malformed-length': 0,
    'not-a-connect': 0,
  };
  /** Connections beyond the bound. */
  turnedAway = 0;
  #connections = 0;

  constructor(private readonly options: MqttListenerOptions) {
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS },
      (socket) => this.#serve(socket),
    );
    this.#server.maxConnections = options.maxConnections;
    this.#server.on('drop', () => this.turnedAway++);
  }

  get connections(): number {
    return this.#connections;
  }

  get isListening(): boolean {
    return this.#server.listening;
  }

  /**
   * Starts listening and returns the port.
   * @throws BridgeError `listen-failed`, naming the variable to change.
   */
  async open(): Promise<number> {
    const { host, port, logger } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenFailed(error)));
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.removeAllListeners('error');
        // Such as too many open files: the listener lives on.
        this.#server.on('error', (error) =>
          logger.error({ err: error }, 'a connection could not be accepted'),
        );
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no further connections; those there are stay. */
  stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#connections++;
    socket.once('close', () => this.#connections--);
    this.#guard(socket);
    this.options.handle(socket);
  }

  #guard(socket: Socket): void {
    const guard = new PacketSizeGuard(this.options.limits);
    const push = socket.push.bind(socket);
    // Every chunk that the kernel hands over passes here, before it is buffered; nothing is copied.
    socket.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
      const fault = chunk === null ? undefined : guard.inspect(chunk);
      if (fault === undefined) return push(chunk, encoding);
      this.cut[fault]++;
      const { remoteAddress } = socket;
      this.options.logger.debug({ fault, remoteAddress }, 'MQTT connection cut');
      socket.destroy();
      return false;
    };
  }
}

function listenFailed(cause: unknown): BridgeError {
  const { message } = explainListenError(cause, 'MQTT_PORT') as Error;
  return new BridgeError('listen-failed', `MQTT cannot be listened for: ${message}`, { cause });
}
