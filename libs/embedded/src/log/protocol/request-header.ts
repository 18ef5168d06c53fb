import { APIS } from './apis.js';
import { ByteReader } from './byte-reader.js';
import { REQUEST_HEADER } from './headers.js';

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** Where in the message the body begins. */
  readonly bodyOffset: number;
}

/**
 * Reads the header of a request, whose frame length is already taken off. The API and its version need not be supported.
 * Throws `ProtocolError`.
 */
export function readRequestHeader(message: Buffer): RequestHeader {
  const start = new ByteReader(message);
  const api = APIS.get(start.int16());
  const version = start.int16();
  const reader = new ByteReader(message);
  const header = REQUEST_HEADER.read(reader, {
    version,
    flexible: version >= (api?.flexibleSince ?? Infinity),
  });
  return { ...header, bodyOffset: reader.offset };
}
