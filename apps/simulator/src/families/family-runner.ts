import mqtt, { type MqttClient } from 'mqtt';
import type { Logger } from '@fieldstream/domain';
import type { FamilyDevice, FamilyPublish } from './family-device.js';

const RECONNECT_MS = 2_000;
const KEEPALIVE_SECONDS = 30;
const CLOSE_MS = 3_000;

export interface FamilyRunnerOptions {
  readonly url: string;
  /** Of all devices; else each has the user name that its family asks for, if any. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly devices: readonly FamilyDevice[];
  readonly logger: Logger;
  /** Wall clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * Devices of all families at work, each with a connection of its own, which is made again when it is lost. What a device would
 * have said without a connection is not kept: it says what is, not what was.
 */
export class FamilyRunner {
  readonly #connections: readonly FamilyConnection[];

  /** Returns at once: connections are made on their own, and again until they stand. */
  constructor(options: FamilyRunnerOptions) {
    this.#connections = options.devices.map((device) => new FamilyConnection(device, options));
  }

  /** Each device says its farewell and ends its connection; after 3 s without. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}

class FamilyConnection {
  readonly #client: MqttClient;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly device: FamilyDevice,
    { url, username = device.username, password, logger, now = Date.now }: FamilyRunnerOptions,
  ) {
    const [will] = device.farewell;
    this.#client = mqtt.connect(url, {
      clientId: device.clientId,
      clean: true,
      reconnectPeriod: RECONNECT_MS,
      keepalive: KEEPALIVE_SECONDS,
      ...(will
        ? { will: { topic: will.topic, payload: bytesOf(will), qos: 1, retain: will.retain ?? false } }
        : {}),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    });
    this.#client.on('error', (error) => {
      logger.debug({ err: error, family: device.family }, 'a simulated device has no connection');
    });
    this.#client.on('connect', () => {
      this.#send(device.announce(now()));
      this.#send(device.observe(now()));
    });
    this.#timer = setInterval(() => {
      if (this.#client.connected) this.#send(device.observe(now()));
    }, device.intervalMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const client = this.#client;
    const isConnected = client.connected;
    if (isConnected) this.#send(this.device.farewell);
    // A broker that does not acknowledge must not hold up the end.
    const impatience = setTimeout(() => void client.end(true), CLOSE_MS);
    await client.endAsync(!isConnected);
    clearTimeout(impatience);
  }

  #send(publishes: readonly FamilyPublish[]): void {
    for (const publish of publishes) {
      this.#client.publish(
        publish.topic,
        bytesOf(publish),
        { qos: 1, retain: publish.retain ?? false },
        () => {},
      );
    }
  }
}

function bytesOf({ payload }: FamilyPublish): Buffer {
  if (typeof payload === 'string') return Buffer.from(payload);
  return payload instanceof Uint8Array ? Buffer.from(payload) : Buffer.from(JSON.stringify(payload));
}
