import { createRequire } from 'node:module';

/** What kafkajs has of one version of an API. It keeps this to itself and has no types for it. */
interface KafkajsCall {
  readonly request: object;
  readonly response: { decode(payload: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
}

interface KafkajsApi {
  readonly versions: readonly string[];
  protocol(choice: { version: number }): (args: unknown) => KafkajsCall;
}

type WriteRequest = (frame: {
  readonly correlationId: number;
  readonly clientId: string;
  readonly request: object;
}) => Promise<{ readonly buffer: Buffer }>;

const require = createRequire(import.meta.url);
const writeRequest = require('kafkajs/src/protocol/request') as WriteRequest;

/** One API as kafkajs speaks it; `folder` is its name in `kafkajs/src/protocol/requests`. */
export class KafkajsProtocol {
  private readonly api: KafkajsApi;

  constructor(folder: string) {
    this.api = require(`kafkajs/src/protocol/requests/${folder}`) as KafkajsApi;
  }

  get versions(): number[] {
    return this.api.versions.map(Number);
  }

  /** A whole frame, with its length. */
  async encodeRequest(
    version: number,
    correlationId: number,
    clientId: string,
    args: unknown,
  ): Promise<Buffer> {
    const { request } = this.api.protocol({ version })(args);
    const { buffer } = await writeRequest({ correlationId, clientId, request });
    return buffer;
  }

  /** `payload` is what follows the correlation ID. An error code in it is thrown. */
  async decodeResponse(version: number, payload: Buffer, args: unknown): Promise<unknown> {
    const { response } = this.api.protocol({ version })(args);
    const decoded = await response.decode(payload);
    await response.parse(decoded);
    return decoded;
  }
}
