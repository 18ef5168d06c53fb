import { connect, type Socket } from 'node:net';
import mqttPacket from 'mqtt-packet';
import { PAYLOAD, writePayload } from './fleet-payload.js';
import type { PlannedPublish } from './publish-plan.js';

const PUBLISH_QOS_1 = 0x32;
const DUP_FLAG = 0x08;
const PINGREQ = Buffer.from([0xc0, 0x00]);
const DISCONNECT = Buffer.from([0xe0, 0x00]);
const CONNACK_TYPE = 2;
const PUBACK_TYPE = 4;
const FIRST_BACK_OFF_MS = 50;
const LONGEST_BACK_OFF_MS = 2_000;

export interface FleetConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly cleanSession: boolean;
  readonly keepaliveSeconds: number;
  /** Publishes in flight at most. */
  readonly window: number;
  readonly seed: number;
  /** Topics to publish to, all of one length. */
  readonly topics: readonly string[];
  /** Index of the first topic's device in the fleet. */
  readonly firstDevice: number;
  readonly random: () => number;
}

/** What a connection asks of, and tells, its fleet. */
export interface FleetConnectionHost {
  /** The next publish of one of the connection's devices, or undefined while there is none. */
  next(connection: FleetConnection): NextPublish | undefined;
  sent(device: number, publish: PlannedPublish): void;
  acked(device: number, seq: number, latencyMs: number): void;
  /** The server closed the connection, refused it, or was not there. Not called after `close`. */
  lost(refusal: number | undefined): void;
  count(what: 'resent' | 'ackOutOfOrder' | 'ackUnknown', times: number): void;
}

export interface NextPublish {
  /** Index among the connection's topics. */
  readonly topic: number;
  readonly publish: PlannedPublish;
  /** When it was due, by `performance.now()`: latency counts from here. */
  readonly dueMs: number;
}

/**
 * One MQTT 3.1.1 connection that publishes at QoS 1 and remembers each publish until its PUBACK. After a loss it
 * reconnects with back-off and resends what is not acked, in order, same packet ID and payload, DUP set (MQTT-4.4.0-1).
 *
 * Packets are encoded in advance into one ring, a slot for each publish in flight: only digits, packet ID and topic
 * change, nothing is allocated for a publish. A slot is written again only after its ack, so never while the socket still has it.
 */
export class FleetConnection {
  private readonly ring: Buffer;
  private readonly packetBytes: number;
  private readonly topicAt: number;
  private readonly topicBytes: Buffer[];
  private readonly devices: Int32Array;
  private readonly seqs: Float64Array;
  private readonly dues: Float64Array;
  private readonly settled: Uint8Array;
  /** Oldest slot in flight, and how many there are. */
  private head = 0;
  private inFlightCount = 0;
  private socket: Socket | undefined;
  private isConnected = false;
  private closed = false;
  private backOffMs = FIRST_BACK_OFF_MS;
  private timer: NodeJS.Timeout | undefined;
  private unparsed: Buffer = Buffer.alloc(0);
  private lastWriteMs = 0;

  constructor(
    private readonly options: FleetConnectionOptions,
    private readonly host: FleetConnectionHost,
  ) {
    const template = mqttPacket.generate({
      cmd: 'publish',
      topic: options.topics[0] ?? '',
      payload: PAYLOAD.text,
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    });
    this.packetBytes = template.length;
    this.topicBytes = options.topics.map((topic) => Buffer.from(topic));
    const topicLength = this.topicBytes[0]?.length ?? 0;
    if (this.topicBytes.some((topic) => topic.length !== topicLength))
      throw new RangeError('topics differ in length');
    this.topicAt = this.packetBytes - PAYLOAD.text.length - 2 - topicLength;
    this.ring = Buffer.alloc(this.packetBytes * options.window);
    for (let slot = 0; slot < options.window; slot++) {
      template.copy(this.ring, slot * this.packetBytes);
      this.ring.writeUInt16BE(slot + 1, slot * this.packetBytes + this.topicAt + topicLength);
    }
    this.devices = new Int32Array(options.window);
    this.seqs = new Float64Array(options.window);
    this.dues = new Float64Array(options.window);
    this.settled = new Uint8Array(options.window);
  }

  get inFlight(): number {
    return this.inFlightCount;
  }

  get ready(): boolean {
    return this.isConnected;
  }

  /** Opens the connection, and again after each loss, until `close`. */
  open(): void {
    const { host, port } = this.options;
    const socket = connect({ host, port, noDelay: true });
    this.socket = socket;
    this.unparsed = Buffer.alloc(0);
    socket.on('connect', () => {
      const { clientId, username, password, cleanSession: clean, keepaliveSeconds: keepalive } = this.options;
      this.write(
        mqttPacket.generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clientId,
          clean,
          keepalive,
          ...(username === undefined ? {} : { username }),
          ...(password === undefined ? {} : { password: Buffer.from(password) }),
        }),
      );
    });
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // 'close' follows each 'error' and does all the work.
    socket.on('error', () => {});
    socket.on('close', () => this.onClose(socket, undefined));
  }

  /** Publishes as many as the window and the fleet allow, in one write. */
  pump(): void {
    if (!this.isConnected) return;
    const { window } = this.options;
    let from = (this.head + this.inFlightCount) % window;
    let count = 0;
    while (this.inFlightCount < window) {
      const next = this.host.next(this);
      if (next === undefined) break;
      this.fillSlot((from + count) % window, next);
      count++;
      this.inFlightCount++;
      if (from + count === window) {
        this.writeSlots(from, count);
        from = 0;
        count = 0;
      }
    }
    if (count > 0) this.writeSlots(from, count);
  }

  /** Keeps the connection alive when it has been silent for half its keep-alive time. */
  pingIfSilent(nowMs: number): void {
    const { keepaliveSeconds } = this.options;
    if (this.isConnected && keepaliveSeconds > 0 && nowMs - this.lastWriteMs > keepaliveSeconds * 500) {
      this.write(PINGREQ);
    }
  }

  /** Cuts the connection without a DISCONNECT, as a device that loses its network; it reconnects. */
  cut(): void {
    this.socket?.destroy();
  }

  /** Says DISCONNECT and closes for good. What is in flight stays un-acked. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.isConnected) this.socket?.end(DISCONNECT);
    else this.socket?.destroy();
    this.isConnected = false;
    const socket = this.socket;
    // A server that does not close its half must not keep the process alive.
    setTimeout(() => socket?.destroy(), 500).unref();
  }

  private fillSlot(slot: number, { topic, publish, dueMs }: NextPublish): void {
    const start = slot * this.packetBytes;
    const device = this.options.firstDevice + topic;
    this.ring[start] = PUBLISH_QOS_1;
    if (this.topicBytes.length > 1) this.topicBytes[topic]?.copy(this.ring, start + this.topicAt);
    writePayload(this.ring, start + this.packetBytes - PAYLOAD.text.length, {
      seed: this.options.seed,
      device,
      seq: publish.seq,
      tsMs: publish.tsMs,
    });
    this.devices[slot] = device;
    this.seqs[slot] = publish.seq;
    this.dues[slot] = dueMs;
    this.settled[slot] = 0;
    this.host.sent(device, publish);
  }

  private writeSlots(from: number, count: number): void {
    this.write(this.ring.subarray(from * this.packetBytes, (from + count) * this.packetBytes));
  }

  private write(bytes: Buffer): void {
    this.lastWriteMs = performance.now();
    this.socket?.write(bytes);
  }

  /** Everything a server sends to a connection without subscriptions: CONNACK, PUBACK (4 bytes each), PINGRESP (2). */
  private receive(chunk: Buffer): void {
    const bytes = this.unparsed.length === 0 ? chunk : Buffer.concat([this.unparsed, chunk]);
    const nowMs = performance.now();
    let at = 0;
    while (bytes.length - at >= 2) {
      const length = 2 + (bytes[at + 1] as number);
      if (bytes.length - at < length) break;
      const type = (bytes[at] as number) >> 4;
      if (type === PUBACK_TYPE) this.onPuback(bytes.readUInt16BE(at + 2), nowMs);
      else if (type === CONNACK_TYPE) this.onConnack(bytes[at + 3] as number);
      at += length;
    }
    this.unparsed = at === bytes.length ? Buffer.alloc(0) : bytes.subarray(at);
    this.pump();
  }

  private onPuback(packetId: number, nowMs: number): void {
    const { window } = this.options;
    const slot = packetId - 1;
    const place = (slot - this.head + window) % window;
    if (slot < 0 || slot >= window || place >= this.inFlightCount || this.settled[slot] === 1) {
      this.host.count('ackUnknown', 1);
      return;
    }
    if (place > 0) this.host.count('ackOutOfOrder', 1);
    this.settled[slot] = 1;
    this.host.acked(
      this.devices[slot] as number,
      this.seqs[slot] as number,
      nowMs - (this.dues[slot] as number),
    );
    while (this.inFlightCount > 0 && this.settled[this.head] === 1) {
      this.head = (this.head + 1) % window;
      this.inFlightCount--;
    }
  }

  private onConnack(returnCode: number): void {
    if (returnCode !== 0) {
      const socket = this.socket;
      if (socket) this.onClose(socket, returnCode);
      return;
    }
    this.isConnected = true;
    this.backOffMs = FIRST_BACK_OFF_MS;
    this.resend();
  }

  private resend(): void {
    let resent = 0;
    for (let place = 0; place < this.inFlightCount; place++) {
      const slot = (this.head + place) % this.options.window;
      if (this.settled[slot] === 1) continue;
      this.ring[slot * this.packetBytes] = PUBLISH_QOS_1 | DUP_FLAG;
      this.writeSlots(slot, 1);
      resent++;
    }
    if (resent > 0) this.host.count('resent', resent);
  }

  private onClose(socket: Socket, refusal: number | undefined): void {
    if (socket !== this.socket) return;
    this.socket = undefined;
    this.isConnected = false;
    socket.destroy();
    if (this.closed) return;
    this.host.lost(refusal);
    // Spread, so that a fleet does not come back all in one moment.
    const waitMs = this.backOffMs * (0.5 + this.options.random());
    this.backOffMs = Math.min(this.backOffMs * 2, LONGEST_BACK_OFF_MS);
    this.timer = setTimeout(() => this.open(), waitMs);
  }
}
