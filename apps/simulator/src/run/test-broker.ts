import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';

/** A publish that a `TestBroker` received. */
export interface ReceivedPublish {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
  readonly clientId: string | undefined;
}

/** For tests: an MQTT broker on a loopback port that remembers what it received, and can withhold acknowledgements. */
export class TestBroker {
  readonly received: ReceivedPublish[] = [];
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isHolding = false;
  #held: (() => void)[] = [];

  private constructor(aedes: Aedes) {
    this.#aedes = aedes;
    aedes.authorizePublish = (client, packet, done) => {
      const { topic, retain } = packet;
      this.received.push({ topic, text: packet.payload.toString(), retain, clientId: client?.id });
      if (this.#isHolding) this.#held.push(() => done(null));
      else done(null);
    };
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
  }

  static async start(port = 0): Promise<TestBroker> {
    const broker = new TestBroker(await Aedes.createBroker());
    await new Promise<void>((resolve) => broker.#server.listen(port, '127.0.0.1', resolve));
    return broker;
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Publishes that wait for an acknowledgement. */
  get held(): number {
    return this.#held.length;
  }

  /** Telemetry of a device, in order of arrival; a publish of several readings is an array. */
  telemetryOf(deviceId: string): readonly unknown[] {
    return this.received
      .filter(({ topic }) => topic === `devices/${deviceId}/telemetry`)
      .map(({ text }) => JSON.parse(text) as unknown);
  }

  statusesOf(deviceId: string): readonly string[] {
    return this.received
      .filter(({ topic }) => topic === `devices/${deviceId}/status`)
      .map(({ text }) => text);
  }

  /** From now on publishes are not acknowledged, until `release`. */
  hold(): void {
    this.#isHolding = true;
  }

  release(): void {
    this.#isHolding = false;
    for (const acknowledge of this.#held.splice(0)) acknowledge();
  }

  /** As if it had been killed: connections break, what was held is lost. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
  }
}
