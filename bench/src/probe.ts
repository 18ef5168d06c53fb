import mqtt, { type MqttClient } from 'mqtt';

const CONNECT_TIMEOUT_MS = 10_000;

/** A device whose single publishes are followed through the pipeline. */
export class Probe {
  private lastMs = 0;

  private constructor(
    readonly device: string,
    private readonly client: MqttClient,
  ) {}

  static async connect(port: number, device: string): Promise<Probe> {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
      clientId: device,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    return new Probe(device, client);
  }

  /** Publishes at QoS 1 with the present time, moved on where it would repeat itself. @returns that time. */
  publish(value: number): number {
    this.lastMs = Math.max(Date.now(), this.lastMs + 1);
    const payload = JSON.stringify({ ts: this.lastMs, value });
    this.client.publish(`devices/${this.device}/telemetry`, payload, { qos: 1 });
    return this.lastMs;
  }

  /** Calls `hear` with each message of a topic filter. */
  async subscribe(filter: string, hear: (topic: string, payload: Buffer) => void): Promise<void> {
    this.client.on('message', hear);
    await this.client.subscribeAsync(filter, { qos: 1 });
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}
