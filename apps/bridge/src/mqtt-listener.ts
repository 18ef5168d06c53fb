import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { explainListenError } from '@fieldstream/observability';
import type { Logger } from '@fieldstream/domain';
import { BridgeError } from './bridge-error.js';
import type { Front, FrontConnection } from './front/front.js';

export interface MqttListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The variable that the port comes from. */
  readonly variable: string;
  readonly front: Front;
  /** Serves a connection for which there is room. */
  readonly begin: (connection: FrontConnection) => void;
  readonly logger: Logger;
}

/** Connections that may wait to be accepted: a fleet that comes back all at once. */
const BACKLOG = 2_048;
/** A peer that vanished without a word and has no MQTT keep-alive is noticed by TCP. */
const TCP_KEEP_ALIVE_MS = 60_000;

/** One TCP port. What is spoken on it, MQTT, TLS or HTTP, is for `begin` to know. */
export class MqttListener {
  readonly #server: Server;

  constructor(private readonly options: MqttListenerOptions) {
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS },
      (socket) => this.#accept(socket),
    );
  }

  get isListening(): boolean {
    return this.#server.listening;
  }

  /**
   * Starts listening and returns the port.
   * @throws BridgeError `listen-failed`, naming the variable to change.
   */
  async open(): Promise<number> {
    const { host, port, variable, logger } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenFailed(error, variable)));
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

  #accept(socket: Socket): void {
    const { front, begin } = this.options;
    const connection = front.enter(socket);
    if (connection) begin(connection);
  }
}

function listenFailed(cause: unknown, variable: string): BridgeError {
  const { message } = explainListenError(cause, variable) as Error;
  return new BridgeError('listen-failed', `MQTT cannot be listened for: ${message}`, { cause });
}
