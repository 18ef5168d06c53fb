import mqtt, { type MqttClient } from 'mqtt';
import type { FleetCounts } from './fleet-counts.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Bounds of the wait before a lost connection is made again; spread, so that a fleet does not return all at once. */
const RECONNECT_MS = { min: 1_000, spread: 2_000 };
const KEEPALIVE_SECONDS = 30;
const DISCONNECT_TIMEOUT_MS = 1_000;

export interface ConnectionOptions {
  readonly url: string;
  readonly deviceId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly counts: FleetCounts;
}

/**
 * The MQTT connection of one device: the device ID is its client ID, and it says `online` and `offline` on
 * `devices/<id>/status`, retained, the latter as last will too. A lost connection is made again, and what was not
 * acknowledged is sent again.
 */
export class DeviceConnection {
  readonly #options: ConnectionOptions;
  readonly #idle = new Set<() => void>();
  #client: MqttClient | undefined;
  #isConnected = false;
  #inFlight = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Whether the connection is wanted: it has been opened, and neither cut nor closed since. */
  get isOpen(): boolean {
    return this.#client !== undefined;
  }

  /** Whether it stands, and `online` has been said. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Publishes, status included, that wait for their acknowledgement. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Starts connecting. @returns when connected. @throws Error for the first attempt's failure; later ones are retried. */
  async open(): Promise<void> {
    const { url, deviceId, username, password, counts } = this.#options;
    const client = mqtt.connect(url, {
      clientId: deviceId,
      clean: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_MS.min + Math.random() * RECONNECT_MS.spread,
      keepalive: KEEPALIVE_SECONDS,
      will: { topic: this.#statusTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    });
    this.#client = client;
    client.on('connect', () => {
      if (client !== this.#client) return;
      this.#isConnected = true;
      counts.connected++;
      this.#send(this.#statusTopic, 'online', true, () => {});
    });
    client.on('close', () => {
      if (!this.#isConnected || client !== this.#client) return;
      this.#leave();
      counts.lost++;
    });
    await new Promise<void>((connected, failed) => {
      client.once('connect', () => connected());
      client.once('end', () => connected());
      // Stays: an error without a listener would end the process. `close` follows and counts it.
      client.on('error', (error) => failed(error));
    });
  }

  /** Sends one publish of QoS 1. `acked` is called when the broker has acknowledged it; a connection that ends loses it. */
  publish(topic: string, payload: string, acked: () => void): void {
    this.#send(topic, payload, false, acked);
  }

  /** Breaks the connection without a goodbye, so that the broker publishes the last will. Only when nothing is in flight. */
  cut(): void {
    const client = this.#client;
    if (client === undefined || this.#inFlight > 0) return;
    this.#client = undefined;
    this.#leave();
    this.#options.counts.cut++;
    client.end(true);
  }

  /** Waits for the acknowledgements, says `offline` and ends. At the time limit it ends without. */
  async close(timeoutMs: number): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    if (this.#isConnected) this.#send(this.#statusTopic, 'offline', true, () => {});
    const isOrderly = this.#isConnected && (await this.#whenIdle(timeoutMs));
    this.#client = undefined;
    this.#leave();
    // A broker that does not close its half must not hold up the end.
    const impatience = setTimeout(() => client.stream.destroy(), DISCONNECT_TIMEOUT_MS);
    await client.endAsync(!isOrderly);
    clearTimeout(impatience);
  }

  get #statusTopic(): string {
    return `devices/${this.#options.deviceId}/status`;
  }

  #send(topic: string, payload: string, retain: boolean, acked: () => void): void {
    if (this.#client === undefined) return;
    this.#inFlight++;
    this.#client.publish(topic, payload, { qos: 1, retain }, (error) => {
      this.#inFlight--;
      if (!error) acked();
      if (this.#inFlight === 0) for (const resolve of this.#idle) resolve();
    });
  }

  #leave(): void {
    if (this.#isConnected) this.#options.counts.connected--;
    this.#isConnected = false;
  }

  async #whenIdle(timeoutMs: number): Promise<boolean> {
    if (this.#inFlight === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const isIdle = await new Promise<boolean>((resolve) => {
      this.#idle.add(() => resolve(true));
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    clearTimeout(timer);
    this.#idle.clear();
    return isIdle;
  }
}
