import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { REQUEST_HEADER, RESPONSE_HEADER } from './headers.js';
import { type Encoding, type Schema } from './schema.js';

/** One of Kafka's remote calls, in the versions spoken here. */
export interface Api<Req = unknown, Res = unknown> {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The first version in the flexible encoding of KIP-482; `Infinity`: none. */
  readonly flexibleSince: number;
  readonly request: Schema<Req>;
  readonly response: Schema<Res>;
}

export type RequestOf<A> = A extends Api<infer Req> ? Req : never;
export type ResponseOf<A> = A extends Api<infer _, infer Res> ? Res : never;

const API_VERSIONS_KEY = 18;
const LENGTH_BYTES = 4;

export function supports(api: Api, version: number): boolean {
  return version >= api.minVersion && version <= api.maxVersion;
}

/**
 * `body` is what follows the request header, all of which must be used, or a `ProtocolError` is thrown. The version must
 * be a supported one. Byte fields of the result are views into `body`.
 */
export function decodeRequest<Req, Res>(api: Api<Req, Res>, version: number, body: Buffer): Req {
  return decode(api.request, new ByteReader(body), encodingOf(api, version));
}

/** A whole frame: length, response header, body. Large byte fields are not copied, so they must not change until sent. */
export function encodeResponse<Req, Res>(
  api: Api<Req, Res>,
  version: number,
  correlationId: number,
  response: Res,
): Buffer[] {
  const encoding = encodingOf(api, version);
  return frame((writer) => {
    RESPONSE_HEADER.write(writer, { correlationId }, responseHeaderEncodingOf(api, encoding));
    api.response.write(writer, response, encoding);
  });
}

/** What a client sends: a whole frame, with its length. */
export function encodeRequest<Req, Res>(
  api: Api<Req, Res>,
  version: number,
  header: { readonly correlationId: number; readonly clientId: string | null },
  request: Req,
): Buffer[] {
  const encoding = encodingOf(api, version);
  return frame((writer) => {
    REQUEST_HEADER.write(writer, { ...header, apiKey: api.key, apiVersion: version }, encoding);
    api.request.write(writer, request, encoding);
  });
}

/** What a client receives: `message` is a frame without its length. Throws `ProtocolError`. */
export function decodeResponse<Req, Res>(
  api: Api<Req, Res>,
  version: number,
  message: Buffer,
): { readonly correlationId: number; readonly response: Res } {
  const encoding = encodingOf(api, version);
  const reader = new ByteReader(message);
  const { correlationId } = RESPONSE_HEADER.read(reader, responseHeaderEncodingOf(api, encoding));
  return { correlationId, response: decode(api.response, reader, encoding) };
}

function encodingOf(api: Api, version: number): Encoding {
  return { version, flexible: version >= api.flexibleSince };
}

/** A client that does not know yet what the broker speaks must be able to read this one answer (KIP-511). */
function responseHeaderEncodingOf(api: Api, encoding: Encoding): Encoding {
  return { ...encoding, flexible: encoding.flexible && api.key !== API_VERSIONS_KEY };
}

function decode<T>(schema: Schema<T>, reader: ByteReader, encoding: Encoding): T {
  const value = schema.read(reader, encoding);
  reader.expectEnd();
  return value;
}

function frame(write: (writer: ByteWriter) => void): Buffer[] {
  const body = new ByteWriter();
  write(body);
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeInt32BE(body.length);
  return [length, ...body.finish()];
}
