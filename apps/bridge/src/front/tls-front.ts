import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { Front, FrontConnection } from './front.js';
import { readPeerCertificate } from './peer-certificate.js';

export interface TlsFrontOptions {
  readonly front: Front;
  readonly secureContext: SecureContextOptions;
  /** Whether clients are asked for a certificate. */
  readonly asksForCertificate: boolean;
  readonly requiresCertificate: boolean;
  /** Serves a connection whose handshake is done. `peer` is the common name of the client's certificate. */
  readonly begin: (connection: FrontConnection, socket: TLSSocket, peer: string | undefined) => void;
}

/** Longer than the time until a CONNECT has to be there, which counts from the same moment. */
const HANDSHAKE_TIMEOUT_MS = 600_000;

/** TLS for connections that were accepted elsewhere. */
export class TlsFront {
  readonly #server: Server;
  readonly #connections = new WeakMap<object, FrontConnection>();

  constructor(private readonly options: TlsFrontOptions) {
    const { secureContext, asksForCertificate } = options;
    this.#server = createServer({
      ...secureContext,
      requestCert: asksForCertificate,
      // Checked here, so that it can be told why.
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      noDelay: true,
    });
    this.#server.on('secureConnection', (socket) => this.#begin(socket));
    this.#server.on('tlsClientError', (error, socket) => {
      const connection = this.#connectionOf(socket);
      // Who leaves in the middle of the handshake is not at fault.
      if (connection && (error as NodeJS.ErrnoException).code !== 'ECONNRESET') {
        options.front.note(connection, 'tls-handshake', error.message);
      }
      socket.destroy();
      connection?.socket.destroy();
    });
  }

  /** From the next handshake on. */
  setSecureContext(options: SecureContextOptions): void {
    this.#server.setSecureContext(options);
  }

  /** Begins the handshake. */
  accept(connection: FrontConnection): void {
    this.#connections.set(connection.socket, connection);
    this.#server.emit('connection', connection.socket);
  }

  #begin(socket: TLSSocket): void {
    const { front, begin, asksForCertificate, requiresCertificate } = this.options;
    const connection = this.#connectionOf(socket);
    if (!connection) {
      socket.destroy();
      return;
    }
    connection.stream = socket;
    const certificate = asksForCertificate ? readPeerCertificate(socket) : { kind: 'none' as const };
    if (certificate.kind === 'refused') return front.cut(connection, 'certificate-refused', certificate.why);
    if (certificate.kind === 'none' && requiresCertificate) {
      return front.cut(connection, 'certificate-refused', 'it presented none');
    }
    begin(connection, socket, certificate.kind === 'named' ? certificate.name : undefined);
  }

  #connectionOf(socket: TLSSocket): FrontConnection | undefined {
    // Node keeps the socket below under this name, and tells of it nowhere else.
    const { _parent: parent } = socket as unknown as { _parent?: object };
    return parent && this.#connections.get(parent);
  }
}
