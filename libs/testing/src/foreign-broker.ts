import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { eventually } from './eventually.js';

/** A broker that does what it is told, packet by packet, to see what a subscriber does with it. */
export class ForeignBroker {
  /** Of every connection that was made, the newest last. */
  readonly sessions: ForeignSession[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => this.sessions.push(new ForeignSession(socket)));
  }

  static async open(): Promise<ForeignBroker> {
    const broker = new ForeignBroker();
    await new Promise<void>((resolve) => broker.#server.listen(0, '127.0.0.1', resolve));
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Waits for a connection of its own number, counted from 0, to have sent its CONNECT. */
  session(index: number): Promise<ForeignSession> {
    return eventually(
      () => {
        const session = this.sessions[index];
        if (!session?.connect) throw new Error(`${this.sessions.length} connections were made`);
        return session;
      },
      { what: `connection ${index}`, everyMs: 5 },
    );
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One connection to the foreign broker. PINGREQs are answered; everything else is the test's business. */
export class ForeignSession {
  readonly received: Packet[] = [];
  connect: IConnectPacket | undefined;
  isClosed = false;
  #version = 4;

  constructor(private readonly socket: Socket) {
    let parser = mqttPacket.parser();
    const take = (packet: Packet): void => {
      if (packet.cmd === 'connect') {
        this.connect = packet;
        this.#version = packet.protocolVersion ?? 4;
      }
      if (packet.cmd === 'pingreq') this.send({ cmd: 'pingresp' });
      else this.received.push(packet);
    };
    parser.on('packet', take);
    socket.on('data', (chunk) => {
      const isFirst = this.connect === undefined;
      parser.parse(chunk);
      if (isFirst && this.connect) {
        parser = mqttPacket.parser({ protocolVersion: this.#version });
        parser.on('packet', take);
      }
    });
    socket.on('close', () => (this.isClosed = true));
    socket.on('error', () => {});
  }

  /** Accepts the CONNECT, and answers the SUBSCRIBE, if there is one, with these codes. */
  async accept(options: { sessionPresent?: boolean; granted?: number[] } = {}): Promise<void> {
    const { sessionPresent = false, granted } = options;
    this.send({ cmd: 'connack', sessionPresent, returnCode: 0, reasonCode: 0 });
    if (!granted) return;
    await this.until('SUBSCRIBE', () => this.of('subscribe').length > 0);
    const messageId = this.of('subscribe').at(-1)?.messageId ?? 0;
    this.send({ cmd: 'suback', messageId, granted });
  }

  publish(topic: string, payload: string, change: Partial<IPublishPacket> = {}): void {
    this.send({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false, ...change });
  }

  send(packet: Packet): void {
    this.socket.write(mqttPacket.generate(packet, { protocolVersion: this.#version }));
  }

  of<K extends Packet['cmd']>(cmd: K): Extract<Packet, { cmd: K }>[] {
    return this.received.filter((packet): packet is Extract<Packet, { cmd: K }> => packet.cmd === cmd);
  }

  /** Message IDs of the acknowledgements, in order. */
  acks(cmd: 'puback' | 'pubrec' | 'pubcomp' = 'puback'): (number | undefined)[] {
    return this.of(cmd).map(({ messageId }) => messageId);
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    await eventually(condition, { what, everyMs: 5 });
  }

  cut(): void {
    this.socket.destroy();
  }
}
