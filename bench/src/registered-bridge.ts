import { Kafka, logLevel } from 'kafkajs';
import { ensureTopics } from '@fieldstream/kafka';
import { freePort, randomTopicPrefix, ServiceProcess, startEngine } from '@fieldstream/testing';
import { encodeRegistration, hashToken, makeToken, TOPICS } from '@fieldstream/wire';
import { COMPILED } from './bench-bed.js';

/** A registered device and its token. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A bridge under DEVICE_POLICY=registered that knows so many devices, on a log of its own. */
export interface RegisteredBridge {
  readonly service: ServiceProcess;
  readonly port: number;
  readonly devices: readonly Credentials[];
  /** Values of metrics at one moment, each summed up over its labels; 0 where it has not been counted. */
  metrics<N extends string>(...names: N[]): Promise<Record<N, number>>;
  close(): Promise<void>;
}

const PARTITIONS = 4;
const BATCH = 1_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

export async function startRegisteredBridge(
  count: number,
  env: Readonly<Record<string, string>> = {},
): Promise<RegisteredBridge> {
  const log = await startEngine('log');
  try {
    const prefix = randomTopicPrefix();
    const kafka = new Kafka({ brokers: [log.address], logLevel: logLevel.NOTHING });
    const topics = { topicPrefix: prefix, partitions: PARTITIONS, replicationFactor: 1, retentionHours: 1 };
    await ensureTopics(kafka, { ...topics, logger: silent });
    const devices = await register(kafka, prefix + TOPICS.deviceRegistry, count);
    const port = await freePort();
    const service = await ServiceProcess.start({
      app: 'bridge',
      from: COMPILED ? 'dist' : 'source',
      env: {
        KAFKA_BROKERS: log.address,
        KAFKA_TOPIC_PREFIX: prefix,
        KAFKA_PARTITIONS: String(PARTITIONS),
        MQTT_PORT: String(port),
        DEVICE_POLICY: 'registered',
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
        ...env,
      },
      readyTimeoutMs: 120_000,
    });
    return {
      service,
      port,
      devices,
      async metrics<N extends string>(...names: N[]) {
        const text = await (await fetch(`http://127.0.0.1:${service.healthPort}/metrics`)).text();
        const valueOf = (name: string): number =>
          text
            .split('\n')
            .filter((row) => row.startsWith(`${name}{`))
            .reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' ') + 1)), 0);
        return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<N, number>;
      },
      async close() {
        await service.stop();
        await log.remove();
      },
    };
  } catch (error) {
    await log.remove();
    throw error;
  }
}

/** Writes what the API would write for so many devices. */
async function register(kafka: Kafka, topic: string, count: number): Promise<Credentials[]> {
  const devices = Array.from({ length: count }, (_, n) => ({
    username: `registered-${n}`,
    password: makeToken(),
  }));
  const producer = kafka.producer();
  await producer.connect();
  for (let at = 0; at < count; at += BATCH) {
    const messages = await Promise.all(
      devices.slice(at, at + BATCH).map(async ({ username: deviceId, password }) => {
        const tokenHash = await hashToken(password);
        const value = encodeRegistration({ v: 1, deviceId, state: 'enabled', tokenHash });
        return { key: deviceId, value };
      }),
    );
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
  return devices;
}
