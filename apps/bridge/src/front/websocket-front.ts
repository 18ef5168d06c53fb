import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import type { DevicePolicy } from '@fieldstream/config';
import type { Duplex } from 'node:stream';
import type { Front, FrontConnection } from './front.js';
import { mayConnectFrom } from './websocket-origin.js';
import { webSocketStream } from './websocket-stream.js';

export interface WebSocketFrontOptions {
  readonly front: Front;
  readonly policy: DevicePolicy;
  readonly maxConnectBytes: number;
  readonly maxPacketBytes: number;
  /** Serves a WebSocket: `stream` carries its bytes. */
  readonly begin: (connection: FrontConnection, stream: Duplex) => void;
}

const PATH = '/mqtt';
/** In the order of preference: MQTT-6.0.0-4, and what MQTT 3.1 clients say. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'];
const MAX_HEADER_BYTES = 8 * 1024;
/** Longer than the time until a CONNECT has to be there, which counts from the same moment. */
const NO_TIMEOUT = 0;
/** Pieces of one message; more would cost more than their bytes. */
const MAX_FRAGMENTS = 256;
const MAX_BUFFERED_CHUNKS = 1_024;

/**
 * MQTT over WebSocket for connections that were accepted elsewhere, with or without TLS: `/mqtt`, subprotocol `mqtt`, no
 * compression (a small frame must not become a large one here).
 */
export class WebSocketFront {
  readonly #http: Server;
  readonly #webSockets: WebSocketServer;
  readonly #connections = new WeakMap<object, FrontConnection>();

  constructor(private readonly options: WebSocketFrontOptions) {
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // Answered by the stream, which looks at what is waiting first.
      autoPong: false,
      maxPayload: options.maxPacketBytes,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
    });
    this.#http = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: NO_TIMEOUT,
      requestTimeout: NO_TIMEOUT,
      keepAliveTimeout: 1,
      insecureHTTPParser: false,
    });
    this.#http.on('request', (request, response) => this.#answer(request, response));
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#http.on('clientError', (error, socket) => this.#refuse(socket, 400, error.message));
  }

  /** @param socket What carries HTTP: the connection's socket, or TLS on it. */
  accept(connection: FrontConnection, socket: Duplex): void {
    this.#connections.set(socket, connection);
    this.#http.emit('connection', socket);
  }

  /** Whatever is no WebSocket. */
  #answer(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    if (connection) this.options.front.note(connection, 'websocket-refused', 'it is no WebSocket');
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket', 'Content-Type': 'text/plain' });
    response.end(`MQTT over WebSocket is at ${PATH}\n`, () => request.socket.destroy());
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { front, policy, begin } = this.options;
    const connection = this.#connections.get(socket);
    if (!connection) {
      socket.destroy();
      return;
    }
    const { host, origin, 'sec-websocket-protocol': offered = '' } = request.headers;
    const [path] = (request.url ?? '').split('?');
    if (path !== PATH) return this.#refuse(socket, 404, `its path is not ${PATH}`);
    if (!offered.split(',').some((name) => SUBPROTOCOLS.includes(name.trim()))) {
      return this.#refuse(socket, 400, 'it does not offer the subprotocol mqtt');
    }
    if (policy === 'open' && !mayConnectFrom(origin, host)) {
      return this.#refuse(socket, 403, 'it comes from a page of another host');
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = webSocketStream(webSocket, (why) => front.note(connection, 'websocket-fault', why));
      this.#watchFirstBytes(connection, socket);
      begin(connection, stream);
    });
  }

  /**
   * A WebSocket message is put together before anybody else sees it, and may be as long as the longest packet. Until the
   * CONNECT is complete no more than that may take is read.
   */
  #watchFirstBytes(connection: FrontConnection, socket: Duplex): void {
    const { front, maxConnectBytes } = this.options;
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      if (connection.gate?.hasConnect) {
        socket.off('data', onData);
        return;
      }
      // The chunk before was looked at by now.
      if (bytes > maxConnectBytes) front.cut(connection, 'packet-too-large');
      bytes += chunk.length;
    };
    socket.prependListener('data', onData);
  }

  #refuse(socket: Duplex, status: number, why: string): void {
    const connection = this.#connections.get(socket);
    if (connection) this.options.front.note(connection, 'websocket-refused', why);
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
      socket.destroy(),
    );
  }
}
