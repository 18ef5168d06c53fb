import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A web server on loopback that keeps what it gets; for tests. */
export class HttpReceiver {
  readonly requests: ReceivedRequest[] = [];
  /** What it answers, in place of 200 without a body. */
  answer: RequestListener | undefined;

  /** Address and port, which stay what they were when it has stopped. */
  host = '';

  private constructor(private readonly server: Server) {}

  static async start(): Promise<HttpReceiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        receiver.requests.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
        if (receiver.answer) receiver.answer(request, response);
        else response.end();
      });
    });
    const receiver = new HttpReceiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    receiver.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return receiver;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** The bodies that came, as JSON. */
  get bodies(): unknown[] {
    return this.requests.map(({ body }) => JSON.parse(body) as unknown);
  }

  /** Forgets what came and answers with 200 again. */
  reset(): void {
    this.requests.length = 0;
    this.answer = undefined;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
