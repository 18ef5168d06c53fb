import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { loadConfig, type BridgeConfig } from '@fieldstream/config';
import { createLogger } from '@fieldstream/observability';
import { eventually } from '@fieldstream/testing';
import { startBridge, type RunningBridge } from '../../apps/bridge/src/start.js';
import { startApiBed, type ApiBed } from './api-bed.js';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** An API and a bridge on one bed. */
export interface RegistryBed {
  readonly api: ApiBed;
  bridge(): RunningBridge;
  /** Registers a device. */
  register(deviceId: string): Promise<Credentials>;
  /** A client that does not connect again by itself. @throws what the CONNECT is answered with */
  connect(options?: IClientOptions): Promise<MqttClient>;
  /** The return code of the CONNACK; 0 for one that is let in. */
  returnCode(options?: IClientOptions): Promise<number>;
  /** Value of a metric of the bridge; 0 where it has not been counted. */
  metric(name: string, label?: string): Promise<number>;
  restartBridge(): Promise<void>;
  close(): Promise<void>;
}

const logger = createLogger({ name: 'registry-test', level: process.env['LOG_LEVEL'] ?? 'silent' });

export async function startRegistryBed(
  area: string,
  policy: 'open' | 'registered',
  change: (config: BridgeConfig) => BridgeConfig = (config) => config,
): Promise<RegistryBed> {
  const api = await startApiBed(area);
  const start = (): Promise<RunningBridge> =>
    startBridge(
      change(
        loadConfig('bridge', {
          ...api.bed.env,
          KAFKA_PARTITIONS: '2',
          MQTT_PORT: '0',
          OPS_PORT: '0',
          DEVICE_POLICY: policy,
        }),
      ),
      logger,
    );
  let bridge = await start();
  const clients: MqttClient[] = [];
  const connect = async (options: IClientOptions = {}): Promise<MqttClient> => {
    const client = await mqtt.connectAsync(
      `mqtt://127.0.0.1:${bridge.mqttPort}`,
      { reconnectPeriod: 0, connectTimeout: 60_000, ...options },
      false,
    );
    client.on('error', () => {});
    clients.push(client);
    return client;
  };
  return {
    api,
    bridge: () => bridge,
    async register(deviceId) {
      const { status, body } = await api.client.send<{ credentials: Credentials }>('POST', '/api/devices', {
        deviceId,
      });
      if (status !== 201) throw new Error(`${deviceId} was not registered: ${JSON.stringify(body)}`);
      return body.credentials;
    },
    connect,
    async returnCode(options = {}) {
      try {
        await (await connect(options)).endAsync(true);
        return 0;
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (typeof code === 'number') return code;
        throw error;
      }
    },
    async metric(name, label = '') {
      const text = await (await fetch(`http://127.0.0.1:${bridge.opsPort}/metrics`)).text();
      const line = text.split('\n').find((row) => row.startsWith(`${name}{`) && row.includes(label));
      return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
    },
    async restartBridge() {
      await bridge.close();
      bridge = await start();
    },
    async close() {
      for (const client of clients) await client.endAsync(true);
      await bridge.close();
      await api.close();
    },
  };
}

/** Resolves when the other side has closed the connection. */
export async function closed(client: MqttClient): Promise<void> {
  await eventually(() => !client.connected, { what: 'the bridge closing the connection', everyMs: 10 });
}
