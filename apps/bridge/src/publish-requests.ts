import type { PublishRequest } from '@fieldstream/decoders';

/** Sends a message to where the publish came from that made a decoder ask for it. */
export class PublishRequests {
  readonly #senders = new Map<string | undefined, (request: PublishRequest) => void>();

  /** @param source Name of a foreign broker; undefined: the bridge's own clients */
  attach(source: string | undefined, send: (request: PublishRequest) => void): void {
    this.#senders.set(source, send);
  }

  send(request: PublishRequest, source: string | undefined): void {
    this.#senders.get(source)?.(request);
  }
}
