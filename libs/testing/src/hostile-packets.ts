import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet';
import { seededRandom } from './seeded-random.js';

const MAX_SOUND_PACKETS = 60;
const MAX_HOSTILE_PACKETS = 6;
const MAX_PAYLOAD_BYTES = 300;
const DEVICES = 50;
/** Few: what waits for their sessions reaches its bound soon, so that memory can be expected to be flat after that. */
const CLIENT_IDS = 20;
/** A whole length byte, the largest announced length, a length that never ends, and the least. */
const LENGTHS = [[0x7f], [0xff, 0xff, 0xff, 0x7f], [0x80, 0x80, 0x80, 0x80, 0x80], [0x00]];

/**
 * What a hostile or broken client may send in one connection, always the same for the same seed: garbage, mutated and
 * sound packets, before and after a CONNECT.
 */
export class HostilePackets {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** The packets of the next connection, in order; at least one. */
  next(): Buffer[] {
    const kind = this.#random();
    if (kind < 0.15) return this.#many(MAX_HOSTILE_PACKETS, () => this.#garbage());
    if (kind < 0.3) return [this.#mutated(this.#connect()), ...this.#many(5, () => this.#sound())];
    if (kind < 0.35) return this.#many(MAX_HOSTILE_PACKETS, () => this.#sound());
    const sound = this.#many(MAX_SOUND_PACKETS, () => this.#sound());
    if (kind < 0.5) return [this.#connect(), ...sound];
    const hostile = this.#many(MAX_HOSTILE_PACKETS, () => {
      return this.#random() < 0.5 ? this.#mutated(this.#sound()) : this.#garbage();
    });
    return [this.#connect(), ...sound, ...hostile];
  }

  #connect(): Buffer {
    const connect: IConnectPacket = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: `hostile-${this.#below(CLIENT_IDS)}`,
      clean: this.#random() < 0.8,
      keepalive: this.#below(65_536),
    };
    if (this.#random() < 0.2) {
      connect.will = { topic: this.#topic(), payload: this.#bytes(20), qos: this.#qos(), retain: false };
    }
    if (this.#random() < 0.2) connect.username = `user-${this.#below(9)}`;
    return mqttPacket.generate(connect);
  }

  /** A packet that MQTT allows after a CONNECT, though maybe not at this moment. */
  #sound(): Buffer {
    const kind = this.#random();
    const messageId = 1 + this.#below(100);
    let packet: Packet;
    if (kind < 0.7) {
      packet = {
        cmd: 'publish',
        topic: this.#topic(),
        payload: this.#payload(),
        qos: this.#qos(),
        retain: this.#random() < 0.1,
        dup: false,
        messageId,
      };
      if (packet.qos > 0 && this.#random() < 0.1) packet.dup = true;
    } else if (kind < 0.8) {
      const subscriptions = this.#many(4, () => ({ topic: this.#filter(), qos: this.#qos() }));
      packet = { cmd: 'subscribe', messageId, subscriptions };
    } else if (kind < 0.85) {
      packet = { cmd: 'unsubscribe', messageId, unsubscriptions: [this.#filter()] };
    } else if (kind < 0.9) packet = { cmd: 'pubrel', messageId };
    else if (kind < 0.93) packet = { cmd: 'puback', messageId };
    else if (kind < 0.95) packet = { cmd: 'pubrec', messageId };
    else packet = { cmd: 'pingreq' };
    return mqttPacket.generate(packet);
  }

  /** A packet with bytes that were changed, taken away, repeated or announced wrongly. */
  #mutated(packet: Buffer): Buffer {
    const kind = this.#random();
    if (kind < 0.2) return packet.subarray(0, this.#below(packet.length));
    if (kind < 0.3) return Buffer.concat([packet, packet.subarray(this.#below(packet.length))]);
    if (kind < 0.5) {
      const length = LENGTHS[this.#below(LENGTHS.length)] ?? [];
      return Buffer.concat([packet.subarray(0, 1), Buffer.from(length), packet.subarray(2)]);
    }
    const changed = Buffer.from(packet);
    for (let i = 0; i <= this.#below(4); i++) changed[this.#below(changed.length)] = this.#below(256);
    return changed;
  }

  #garbage(): Buffer {
    const bytes = this.#bytes(1 + this.#below(200));
    // Half of it looks like a packet at first sight.
    if (this.#random() < 0.5 && bytes.length > 2) bytes[1] = bytes.length - 2;
    return bytes;
  }

  #topic(): string {
    const kind = this.#random();
    const device = `hostile-${this.#below(DEVICES)}`;
    if (kind < 0.5) return `devices/${device}/telemetry`;
    if (kind < 0.6) return `devices/${device}/telemetry/t`;
    if (kind < 0.7) return `tele/${device}/SENSOR`;
    if (kind < 0.8) return `zigbee2mqtt/${device}`;
    if (kind < 0.9) return `some/topic/${this.#below(30)}`;
    if (kind < 0.97) return this.#text(30).replaceAll(/[#+\u0000]/g, '/') || '/';
    return ['$SYS/x', '__proto__', 'constructor', '//////', 'alerts/a/b'][this.#below(5)] ?? 't';
  }

  #filter(): string {
    if (this.#random() < 0.7) return this.#topic();
    return (
      ['devices/+/status', 'some/#', 'devices/hostile-1/#', '+/+/x', '$SYS/#', 'a/#/b', ''][this.#below(7)] ??
      '#'
    );
  }

  #payload(): Buffer {
    const kind = this.#random();
    if (kind < 0.6)
      return Buffer.from(JSON.stringify({ t: this.#random() * 100, on: true, text: this.#text(5) }));
    if (kind < 0.8) return Buffer.from(String(this.#random()));
    return this.#bytes(this.#below(MAX_PAYLOAD_BYTES));
  }

  #qos(): 0 | 1 | 2 {
    return ([0, 1, 2] as const)[this.#below(3)] ?? 0;
  }

  #text(length: number): string {
    return String.fromCharCode(
      ...Array.from({ length }, () => this.#below(this.#random() < 0.9 ? 128 : 0xd800)),
    );
  }

  #bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#below(256)));
  }

  #many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.#below(most) }, make);
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}
