import { connect, type Socket } from 'node:net';

const PATIENCE_MS = 10_000;

/** A bare socket that keeps what it receives, for what no client library would send. */
export class RawClient {
  readonly #chunks: Buffer[] = [];
  #ended = false;

  private constructor(readonly socket: Socket) {
    socket.setMaxListeners(0);
    socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new RawClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  get isClosed(): boolean {
    return this.#ended;
  }

  /** Frames received so far, without their sizes. */
  frames(): Buffer[] {
    const bytes = Buffer.concat(this.#chunks);
    const frames: Buffer[] = [];
    for (let at = 0; at + 4 <= bytes.length;) {
      const end = at + 4 + bytes.readInt32BE(at);
      if (end > bytes.length) break;
      frames.push(bytes.subarray(at + 4, end));
      at = end;
    }
    return frames;
  }

  send(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Resolves with the frames as soon as there are that many. */
  async received(count: number): Promise<Buffer[]> {
    await this.#until(() => this.frames().length >= count, `${count} responses`);
    return this.frames();
  }

  async closed(): Promise<void> {
    await this.#until(() => this.#ended, 'the end of the connection');
  }

  destroy(): void {
    this.socket.destroy();
  }

  #until(isSo: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.socket.off('data', look).off('close', look);
      };
      const look = (): void => {
        if (!isSo()) return;
        stop();
        resolve();
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`${what}: not within ${PATIENCE_MS} ms; received ${this.frames().length}`));
      }, PATIENCE_MS);
      this.socket.on('data', look).on('close', look);
      look();
    });
  }
}

/** A request of version 1 of the header, with its size. */
export function rawRequest(
  { apiKey, apiVersion, correlationId }: { apiKey: number; apiVersion: number; correlationId: number },
  body: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(17);
  head.writeInt32BE(13 + body.length, 0);
  head.writeInt16BE(apiKey, 4);
  head.writeInt16BE(apiVersion, 6);
  head.writeInt32BE(correlationId, 8);
  head.writeInt16BE(3, 12);
  head.write('raw', 14);
  return Buffer.concat([head, body]);
}
