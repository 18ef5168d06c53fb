import { decodeRequest, encodeResponse, type Api } from '../protocol/api.js';
import { type RequestHeader } from '../protocol/request-header.js';
import { type Peer } from './dispatch.js';

/** Where a request comes from. */
export interface RequestContext {
  readonly version: number;
  readonly clientId: string;
  readonly peer: Peer;
}

/** Answers the requests of one API. */
export interface Handler {
  readonly api: Api;
  respond(header: RequestHeader, body: Buffer, peer: Peer): Promise<readonly Buffer[] | undefined>;
}

/**
 * The handler of `api`. `handle` runs synchronously up to its first `await`; undefined as its answer means that the
 * client expects none.
 */
export function answer<Req, Res>(
  api: Api<Req, Res>,
  handle: (request: Req, context: RequestContext) => Res | undefined | Promise<Res | undefined>,
): Handler {
  return {
    api,
    async respond({ apiVersion, correlationId, clientId }, body, peer) {
      const request = decodeRequest(api, apiVersion, body);
      const response = await handle(request, { version: apiVersion, clientId: clientId ?? '', peer });
      return response === undefined ? undefined : encodeResponse(api, apiVersion, correlationId, response);
    },
  };
}
