import { encodeResponse, supports } from '../protocol/api.js';
import { ERROR } from '../protocol/error-codes.js';
import { apiVersions } from '../protocol/messages/api-versions.js';
import { produce } from '../protocol/messages/produce.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { readRequestHeader, type RequestHeader } from '../protocol/request-header.js';
import { RequestFault, type Dispatcher, type Peer } from './dispatch.js';
import { type Handler } from './handler.js';

/** Finds the handler of each request. What Kafka answers by closing the connection is a `RequestFault` here. */
export class RequestDispatcher implements Dispatcher {
  readonly #handlers: ReadonlyMap<number, Handler>;

  constructor(handlers: readonly Handler[]) {
    this.#handlers = new Map(handlers.map((handler) => [handler.api.key, handler]));
  }

  mayOverlap(request: Buffer): boolean {
    return request.length >= 2 && request.readInt16BE(0) === produce.key;
  }

  async dispatch(request: Buffer, peer: Peer): Promise<readonly Buffer[] | undefined> {
    try {
      const header = readRequestHeader(request);
      const handler = this.#handlers.get(header.apiKey);
      if (!handler || !supports(handler.api, header.apiVersion)) return unsupported(header);
      return await handler.respond(header, request.subarray(header.bodyOffset), peer);
    } catch (error) {
      if (error instanceof RequestFault) throw error;
      if (error instanceof ProtocolError) {
        throw new RequestFault('malformed-request', error.message, { cause: error });
      }
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new RequestFault('handler', `answering failed: ${detail}`, { cause: error });
    }
  }
}

/** A client that is too new learns what is spoken here (KIP-511); whoever did not ask is disconnected. */
function unsupported({ apiKey, apiVersion, correlationId }: RequestHeader): Buffer[] {
  if (apiKey !== apiVersions.key) {
    throw new RequestFault('unsupported-request', `API ${apiKey} is not spoken in version ${apiVersion}`);
  }
  return encodeResponse(apiVersions, 0, correlationId, {
    errorCode: ERROR.unsupportedVersion,
    apiKeys: [
      { apiKey: apiVersions.key, minVersion: apiVersions.minVersion, maxVersion: apiVersions.maxVersion },
    ],
    throttleTimeMs: 0,
    supportedFeatures: [],
    finalizedFeaturesEpoch: -1,
    finalizedFeatures: [],
  });
}
