import type { Duplex } from 'node:stream';
import type { DevicePolicy, ListenersConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import type { SecureContextOptions } from 'node:tls';
import type { Entrance } from '../entrance.js';
import { MqttListener } from '../mqtt-listener.js';
import type { Front, FrontConnection } from './front.js';
import { setPeerName } from './peer-certificate.js';
import { TlsCertificates } from './tls-certificates.js';
import { TlsFront } from './tls-front.js';
import { WebSocketFront } from './websocket-front.js';

export interface FurtherListenersOptions {
  readonly host: string;
  readonly listeners: ListenersConfig;
  readonly policy: DevicePolicy;
  readonly maxConnectBytes: number;
  readonly maxPacketBytes: number;
  readonly front: Front;
  /** Serves a stream of MQTT whose CONNECT is complete. */
  readonly handle: (stream: Duplex) => void;
  readonly logger: Logger;
}

/** Ports that are listened on; undefined where none is. */
export interface FurtherPorts {
  readonly tls: number | undefined;
  readonly ws: number | undefined;
  readonly wss: number | undefined;
}

/** The listeners besides plain MQTT: TLS, WebSocket, and WebSocket over TLS, as far as they are configured. */
export class FurtherListeners implements Entrance {
  readonly name = 'mqtt-listeners';
  readonly #open: MqttListener[] = [];
  readonly #certificates: TlsCertificates | undefined;
  readonly #tlsFronts: TlsFront[] = [];
  readonly #webSockets: WebSocketFront;
  #secureContext: SecureContextOptions = {};
  #ports: FurtherPorts = { tls: undefined, ws: undefined, wss: undefined };

  constructor(private readonly options: FurtherListenersOptions) {
    const { listeners, front, policy, maxConnectBytes, maxPacketBytes, logger } = options;
    const { tlsPort, wssPort, certPath, keyPath, clientCaPath } = listeners;
    this.#webSockets = new WebSocketFront({
      front,
      policy,
      maxConnectBytes,
      maxPacketBytes,
      begin: (connection, stream) => this.#serve(connection, stream),
    });
    // The configuration has checked that both are there where a port needs them.
    if ((tlsPort ?? wssPort) === undefined || certPath === undefined || keyPath === undefined) return;
    this.#certificates = new TlsCertificates({
      certPath,
      keyPath,
      clientCaPath,
      logger,
      onChange: (secureContext) => this.#use(secureContext),
    });
  }

  /** A certificate that no client takes any more. One that was changed into a faulty one does no harm until then. */
  get fault(): Error | undefined {
    const expiresAtMs = this.certificateExpiresAtMs;
    if (expiresAtMs === undefined || !(expiresAtMs < Date.now())) return undefined;
    return new Error(`the TLS certificate expired at ${new Date(expiresAtMs).toISOString()}: renew its file`);
  }

  get ports(): FurtherPorts {
    return this.#ports;
  }

  /** Whether the files of the certificate have changed into something that cannot be used. */
  get isCertificateFaulty(): boolean {
    return this.#certificates?.fault !== undefined;
  }

  /** End of the life of the certificate in use, epoch milliseconds; undefined without TLS. */
  get certificateExpiresAtMs(): number | undefined {
    return this.#certificates?.expiresAtMs;
  }

  async open(): Promise<void> {
    const { tlsPort, wsPort, wssPort } = this.options.listeners;
    await this.#certificates?.open();
    const tls = await this.#listen(
      'MQTT_TLS_PORT',
      tlsPort,
      this.#tls((connection, socket) => {
        this.#serve(connection, socket);
      }),
    );
    const ws = await this.#listen('MQTT_WS_PORT', wsPort, (connection) => {
      this.#webSockets.accept(connection, connection.socket);
    });
    const wss = await this.#listen(
      'MQTT_WSS_PORT',
      wssPort,
      this.#tls((connection, socket) => {
        this.#webSockets.accept(connection, socket);
      }),
    );
    this.#ports = { tls, ws, wss };
    const { host, logger } = this.options;
    if (this.#open.length > 0) logger.info({ host, ...this.#ports }, 'listening for MQTT on further ports');
  }

  stopAccepting(): void {
    for (const listener of this.#open) listener.stopAccepting();
  }

  async close(): Promise<void> {
    this.stopAccepting();
    this.options.front.close();
    await this.#certificates?.close();
  }

  async #listen(
    variable: string,
    port: number | undefined,
    begin: (connection: FrontConnection) => void,
  ): Promise<number | undefined> {
    if (port === undefined) return undefined;
    const { host, front, logger } = this.options;
    const listener = new MqttListener({ host, port, variable, front, begin, logger });
    const opened = await listener.open();
    this.#open.push(listener);
    return opened;
  }

  /** Does the handshake, then goes on with what it protects. */
  #tls(next: (connection: FrontConnection, socket: Duplex) => void): (connection: FrontConnection) => void {
    const { front, listeners } = this.options;
    const tls = new TlsFront({
      front,
      secureContext: this.#secureContext,
      asksForCertificate: listeners.clientCaPath !== undefined,
      requiresCertificate: listeners.requiresCertificate,
      begin: (connection, socket, peer) => {
        connection.peer = peer;
        next(connection, socket);
      },
    });
    this.#tlsFronts.push(tls);
    return (connection) => tls.accept(connection);
  }

  #use(secureContext: SecureContextOptions): void {
    this.#secureContext = secureContext;
    for (const front of this.#tlsFronts) front.setSecureContext(secureContext);
  }

  #serve(connection: FrontConnection, stream: Duplex): void {
    if (connection.peer !== undefined) setPeerName(stream, connection.peer);
    this.options.front.serve(connection, stream, this.options.handle);
  }
}
