import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

const NAMES = new WeakMap<Duplex, string>();

/**
 * The common name of the client certificate that a connection proved to own, checked against MQTT_TLS_CLIENT_CA_PATH.
 * Undefined: none was presented, or the connection is without TLS.
 * @param stream What the broker serves, on any of the listeners.
 */
export function peerName(stream: Duplex): string | undefined {
  return NAMES.get(stream);
}

/** Keeps the name for the stream that the broker will be given. */
export function setPeerName(stream: Duplex, name: string): void {
  NAMES.set(stream, name);
}

/** What is known of a peer when the TLS handshake is done. `none` is no fault: a certificate need not be presented. */
export type PeerCertificate =
  | { readonly kind: 'none' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'refused'; readonly why: string };

/** Reads the certificate that a client presented. One that is expired or of a foreign authority is refused. */
export function readPeerCertificate(socket: TLSSocket): PeerCertificate {
  const certificate = socket.getPeerCertificate();
  // Without a certificate Node returns an object without keys.
  if (Object.keys(certificate).length === 0) return { kind: 'none' };
  if (!socket.authorized) {
    return { kind: 'refused', why: String(socket.authorizationError) };
  }
  // Several common names come as an array: which of them it is, nobody can say.
  const name: unknown = certificate.subject?.CN;
  if (typeof name !== 'string' || name === '') {
    return { kind: 'refused', why: 'it has not exactly one common name' };
  }
  return { kind: 'named', name };
}
