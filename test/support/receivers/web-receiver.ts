import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { freePort } from '@fieldstream/testing';
import type { AlertRecord } from '@fieldstream/wire';
import type { Receiver } from './receiver.js';

/** What a webhook posts. Each alert is in it once, as it stands since its last change. */
export interface WebMessage {
  readonly status: 'firing' | 'resolved';
  readonly title: string;
  readonly text: string;
  readonly alerts: readonly AlertRecord[];
}

/** One request with a valid signature, whether or not it was answered. */
export interface WebDelivery {
  readonly key: string;
  readonly message: WebMessage;
}

/**
 * A receiver of webhooks as somebody else would write one: it verifies `X-Fieldstream-Signature` with the
 * shared secret, keeps what it gets, and answers 204; what is not signed rightly it answers with 401.
 */
export class WebReceiver implements Receiver {
  readonly deliveries: WebDelivery[] = [];
  /** Why requests were turned away. */
  readonly refused: string[] = [];
  /** Called before a request is answered, which waits for it. */
  beforeAnswer: (delivery: WebDelivery) => Promise<void> | void = () => {};
  private server: Server | undefined;

  private constructor(
    private readonly port: number,
    private readonly secret: string,
  ) {}

  static async start(secret: string): Promise<WebReceiver> {
    const receiver = new WebReceiver(await freePort(), secret);
    await receiver.bringBack();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/alerts`;
  }

  /** What somebody has seen who takes each idempotency key once. */
  get messages(): readonly WebMessage[] {
    return [
      ...new Map(this.deliveries.toReversed().map(({ key, message }) => [key, message])).values(),
    ].reverse();
  }

  /** The alerts of all messages, each key once: `<change> <device>`, in order. */
  get changes(): readonly string[] {
    return this.messages.flatMap(({ alerts }) =>
      alerts.map(({ change, deviceId }) => `${change} ${deviceId}`),
    );
  }

  async bringBack(): Promise<void> {
    const server = createServer((request, response) => {
      void this.take(request).then((status) => response.writeHead(status).end());
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  async takeAway(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async close(): Promise<void> {
    await this.takeAway();
  }

  private async take(request: IncomingMessage): Promise<number> {
    const body = await bodyOf(request);
    const key = request.headers['idempotency-key'];
    const signature = String(request.headers['x-fieldstream-signature']);
    if (typeof key !== 'string' || !isSigned(body, signature, this.secret)) {
      this.refused.push(`key ${String(key)}, signature ${signature}`);
      return 401;
    }
    const delivery = { key, message: JSON.parse(body) as WebMessage };
    this.deliveries.push(delivery);
    await this.beforeAnswer(delivery);
    return 204;
  }
}

/** A request that is cut off in the middle is an empty one, whose signature is wrong. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return '';
  }
  return Buffer.concat(chunks).toString();
}

/** `t=<epoch seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, of the last minute. */
function isSigned(body: string, header: string, secret: string): boolean {
  const [, seconds = '', digest = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  const expected = createHmac('sha256', secret).update(`${seconds}.${body}`).digest();
  const given = Buffer.from(digest, 'hex');
  const isRecent = Math.abs(Date.now() / 1_000 - Number(seconds)) < 60;
  return given.length === expected.length && timingSafeEqual(given, expected) && isRecent;
}
