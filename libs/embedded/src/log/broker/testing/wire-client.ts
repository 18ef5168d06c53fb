import { decodeResponse, encodeRequest, type Api } from '../../protocol/api.js';
import { RawClient } from './raw-client.js';

/** Speaks the protocol over one socket without any of a client library's care. */
export class WireClient {
  #nextId = 1;

  private constructor(readonly raw: RawClient) {}

  static async connect(port: number): Promise<WireClient> {
    return new WireClient(await RawClient.connect(port));
  }

  /** Sends without waiting for the answer; answers the correlation ID. */
  send<Req, Res>(api: Api<Req, Res>, version: number, request: Req): number {
    const correlationId = this.#nextId++;
    this.raw.send(...encodeRequest(api, version, { correlationId, clientId: 'wire' }, request));
    return correlationId;
  }

  async answerTo<Req, Res>(api: Api<Req, Res>, version: number, correlationId: number): Promise<Res> {
    for (let count = 1; ; count++) {
      const frame = (await this.raw.received(count))[count - 1];
      if (frame?.readInt32BE(0) === correlationId) return decodeResponse(api, version, frame).response;
    }
  }

  call<Req, Res>(api: Api<Req, Res>, version: number, request: Req): Promise<Res> {
    return this.answerTo(api, version, this.send(api, version, request));
  }

  close(): void {
    this.raw.destroy();
  }
}
