import mqtt, { type MqttClient } from 'mqtt';
import type { ExpectedReading } from '@fieldstream/testing';

/** What a device of some family publishes, and what becomes of it; `seq` counts from 0. */
export interface FamilyStream {
  readonly deviceId: string;
  readonly topic: string;
  payload(seq: number, timeMs: number): string;
  /** Metrics of that payload. */
  values(seq: number): Readonly<Record<string, number>>;
}

/** A Tasmota plug with an energy meter; its times have whole seconds. */
export function tasmotaPlug(name: string): FamilyStream {
  const energy = (seq: number): Record<string, number> => ({
    Total: 3 + seq / 1_000,
    Power: seq,
    Voltage: 220 + (seq % 7),
  });
  return {
    deviceId: name,
    topic: `tele/${name}/SENSOR`,
    payload: (seq, timeMs) =>
      JSON.stringify({ Time: new Date(timeMs).toISOString().slice(0, 19), ENERGY: energy(seq) }),
    values: (seq) =>
      Object.fromEntries(Object.entries(energy(seq)).map(([field, value]) => [`ENERGY.${field}`, value])),
  };
}

/** A sensor behind Zigbee2MQTT with `last_seen`; known by its address once `zigbeeList` was published. */
export function zigbeeSensor(address: string, name: string): FamilyStream {
  const values = (seq: number): Record<string, number> => ({
    temperature: 20 + seq / 100,
    humidity: 40 + (seq % 20),
    linkquality: seq % 256,
  });
  return {
    deviceId: address,
    topic: `zigbee2mqtt/${name}`,
    payload: (seq, timeMs) => JSON.stringify({ ...values(seq), last_seen: new Date(timeMs).toISOString() }),
    values,
  };
}

/** What Zigbee2MQTT publishes, retained, on `zigbee2mqtt/bridge/devices`. */
export function zigbeeList(sensors: readonly (readonly [address: string, name: string])[]): string {
  return JSON.stringify(
    sensors.map(([address, name]) => ({
      ieee_address: address,
      friendly_name: name,
      type: 'EndDevice',
      supported: true,
      disabled: false,
      definition: { model: 'WSDCGQ11LM', vendor: 'Aqara', description: 'Sensor', exposes: [] },
    })),
  );
}

/** Somebody's own firmware on an ESP32, on the platform's own topics. */
export function esp32(deviceId: string): FamilyStream {
  const values = (seq: number): Record<string, number> => ({ temperature: seq / 10, heap: 200_000 - seq });
  return {
    deviceId,
    topic: `devices/${deviceId}/telemetry`,
    payload: (seq, timeMs) => JSON.stringify({ ts: timeMs, ...values(seq) }),
    values,
  };
}

const EVERY_MS = 50;
/** Publishes of a device that are not acknowledged; beyond it the device waits, as a small one does. */
const WINDOW = 20;

/** Devices that publish at QoS 1, each over a connection of its own, and resend what was not acknowledged. */
export class FamilyPublishers {
  readonly #devices: Publisher[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param firstMs Time of the first reading of each; the next ones follow a second apart. */
  static async connect(
    url: string,
    streams: readonly FamilyStream[],
    firstMs: number,
  ): Promise<FamilyPublishers> {
    const publishers = new FamilyPublishers();
    for (const stream of streams) {
      const client = await mqtt.connectAsync(url, {
        clientId: `client-${stream.deviceId}`,
        protocolVersion: 4,
        clean: false,
        reconnectPeriod: 250,
        connectTimeout: 5_000,
      });
      client.on('error', () => {});
      publishers.#devices.push(new Publisher(stream, client, firstMs));
    }
    return publishers;
  }

  start(): void {
    this.#every((device) => device.publish());
  }

  /** Publishes nothing new any more; what is not acknowledged is still resent. */
  finish(): void {
    this.#every((device) => device.republish());
  }

  #every(work: (device: Publisher) => void): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      for (const device of this.#devices) work(device);
    }, EVERY_MS);
  }

  get sent(): number {
    return this.#devices.reduce((sum, { sent }) => sum + sent, 0);
  }

  get acked(): number {
    return this.#devices.reduce((sum, { acked }) => sum + acked.size, 0);
  }

  /** Publishes that each device was acknowledged, at least. */
  get leastAcked(): number {
    return Math.min(...this.#devices.map(({ acked }) => acked.size));
  }

  *readings(): Generator<ExpectedReading> {
    for (const device of this.#devices) yield* device.readings();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#devices.map(({ client }) => client.endAsync(true)));
  }
}

class Publisher {
  sent = 0;
  readonly acked = new Set<number>();
  readonly #given: number[] = [];

  constructor(
    private readonly stream: FamilyStream,
    readonly client: MqttClient,
    private readonly firstMs: number,
  ) {}

  publish(): void {
    const again = this.#given.pop();
    if (again !== undefined) this.#publish(again);
    else if (this.sent - this.acked.size < WINDOW) this.#publish(this.sent++);
  }

  /** What was given back is published again, nothing new. */
  republish(): void {
    for (const seq of this.#given.splice(0)) this.#publish(seq);
  }

  #publish(seq: number): void {
    const { topic } = this.stream;
    this.client.publish(topic, this.stream.payload(seq, this.#timeOf(seq)), { qos: 1 }, (error) => {
      // What is published while the client resends after a loss, it gives back at the next one.
      if (error) this.#given.push(seq);
      else this.acked.add(seq);
    });
  }

  *readings(): Generator<ExpectedReading> {
    const { deviceId } = this.stream;
    for (let seq = 0; seq < this.sent; seq++) {
      for (const [metric, value] of Object.entries(this.stream.values(seq))) {
        yield { deviceId, metric, timeMs: this.#timeOf(seq), value, acked: this.acked.has(seq) };
      }
    }
  }

  #timeOf(seq: number): number {
    return this.firstMs + seq * 1_000;
  }
}
