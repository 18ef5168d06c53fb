import { connect as connectTcp, type Socket } from 'node:net';
import { Kafka, logLevel, type Consumer, type KafkaMessage } from 'kafkajs';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { loadConfig, type BridgeConfig } from '@fieldstream/config';
import { createLogger } from '@fieldstream/observability';
import { deleteTopics, eventually, randomTopicPrefix, sharedBrokers } from '@fieldstream/testing';
import {
  decodeDeadLetter,
  decodeDeviceEvent,
  decodeTelemetry,
  type BridgeCounters,
  type CommandEvent,
  type DeadLetter,
  type DescriptionEvent,
  type DeviceEvent,
} from '@fieldstream/wire';
import type { Telemetry } from '@fieldstream/domain';
import { startBridge, type RunningBridge } from '../../apps/bridge/src/start.js';

/** A bridge on topics of its own, and what it wrote there. */
export interface BridgeBed {
  readonly bridge: RunningBridge;
  readonly prefix: string;
  readonly kafka: Kafka;
  readonly records: KafkaTail;
  client(options?: IClientOptions): Promise<MqttClient>;
  /** Value of a metric; 0 when it has not been counted yet. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Closes the bridge alone and starts another on the same topics. */
  restart(): Promise<BridgeBed>;
  close(): Promise<void>;
}

export type ConfigChange = (config: BridgeConfig) => BridgeConfig;

export async function startBridgeBed(
  change: ConfigChange = (config) => config,
  prefix = randomTopicPrefix(),
): Promise<BridgeBed> {
  const kafkaBrokers = sharedBrokers();
  const config = change(
    loadConfig('bridge', {
      KAFKA_BROKERS: kafkaBrokers,
      KAFKA_TOPIC_PREFIX: prefix,
      KAFKA_PARTITIONS: '6',
      MQTT_PORT: '0',
      OPS_PORT: '0',
    }),
  );
  const bridge = await startBridge(
    config,
    createLogger({ name: 'bridge', level: process.env['LOG_LEVEL'] ?? 'silent' }),
  );
  const kafka = new Kafka({ clientId: 'test', brokers: kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
  const records = new KafkaTail(kafka, prefix);
  await records.start();
  const clients: MqttClient[] = [];
  const closeBridge = async (): Promise<void> => {
    for (const client of clients) await client.endAsync(true);
    await bridge.close();
    await records.close();
  };
  return {
    bridge,
    prefix,
    kafka,
    records,
    async client(options = {}) {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${bridge.mqttPort}`, {
        reconnectPeriod: 0,
        ...options,
      });
      client.on('error', () => {});
      clients.push(client);
      return client;
    },
    async metric(name, labels = {}) {
      const text = await (await fetch(`http://127.0.0.1:${bridge.opsPort}/metrics`)).text();
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      const line = text
        .split('\n')
        .find((row) => row.startsWith(`${name}{`) && wanted.every((part) => row.includes(part)));
      return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
    },
    async restart() {
      await closeBridge();
      return startBridgeBed(change, prefix);
    },
    async close() {
      await closeBridge();
      await deleteTopics(prefix, kafkaBrokers);
    },
  };
}

/** Everything that is written to the bridge's topics, from the beginning. */
export class KafkaTail {
  readonly telemetry: Telemetry[] = [];
  readonly deadLetters: DeadLetter[] = [];
  readonly events: DeviceEvent[] = [];
  readonly descriptions: DescriptionEvent[] = [];
  readonly commands: CommandEvent[] = [];
  ledger: BridgeCounters | undefined;
  readonly #consumer: Consumer;

  constructor(
    kafka: Kafka,
    private readonly prefix: string,
  ) {
    this.#consumer = kafka.consumer({
      groupId: `${prefix}tail-${process.pid}-${Date.now()}`,
      maxWaitTimeInMs: 100,
    });
  }

  async start(): Promise<void> {
    await this.#consumer.connect();
    const topics = ['telemetry.readings', 'telemetry.dead-letters', 'device.events'].map(
      (name) => this.prefix + name,
    );
    await this.#consumer.subscribe({ topics, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, message }) => this.#take(topic.slice(this.prefix.length), message),
    });
  }

  /** Samples of a device in the order of Kafka, as `[time, {metric: value}]`. */
  samplesOf(deviceId: string): [number, Record<string, unknown>][] {
    return this.telemetry
      .filter((telemetry) => telemetry.deviceId === deviceId)
      .flatMap(({ samples }) =>
        samples.map(({ timeMs, values }): [number, Record<string, unknown>] => [
          timeMs,
          Object.fromEntries(values),
        ]),
      );
  }

  close(): Promise<void> {
    return this.#consumer.disconnect();
  }

  #take(topic: string, { value, headers = {}, timestamp }: KafkaMessage): void {
    if (topic === 'telemetry.readings') this.telemetry.push(decodeTelemetry(value));
    if (topic === 'telemetry.dead-letters')
      this.deadLetters.push(decodeDeadLetter(value, headers, Number(timestamp)));
    if (topic !== 'device.events') return;
    const event = decodeDeviceEvent(value);
    if (event.kind === 'device') this.events.push(event);
    else if (event.kind === 'description') this.descriptions.push(event);
    else if (event.kind === 'command') this.commands.push(event);
    else this.ledger = event.counters;
  }
}

/** An MQTT client that does what it is told and nothing else, right or wrong. */
export class RawMqtt {
  readonly received: Packet[] = [];
  closed = false;

  private constructor(private readonly socket: Socket) {
    const parser = mqttPacket.parser();
    parser.on('packet', (packet: Packet) => this.received.push(packet));
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => {});
  }

  static async open(port: number): Promise<RawMqtt> {
    const socket = connectTcp(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawMqtt(socket);
  }

  /** Opens a connection and gets it accepted. */
  static async connect(
    port: number,
    clientId: string,
    options: Partial<IConnectPacket> = {},
  ): Promise<RawMqtt> {
    const client = await RawMqtt.open(port);
    client.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 0,
      clientId,
      ...options,
    });
    await client.until('CONNACK', (packet) => packet.cmd === 'connack');
    return client;
  }

  send(...packets: Packet[]): void {
    this.write(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet))));
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  async until(what: string, condition: (packet: Packet) => boolean): Promise<void> {
    await eventually(() => this.received.some(condition), { what, everyMs: 5 });
  }

  async untilClosed(timeoutMs = 10_000): Promise<void> {
    await eventually(() => this.closed, {
      what: 'the bridge closing the connection',
      everyMs: 10,
      timeoutMs,
    });
  }

  /** Message IDs of the acknowledgements, in order. */
  acks(cmd: 'puback' | 'pubrec' | 'pubcomp' = 'puback'): number[] {
    return this.received.flatMap((packet) => (packet.cmd === cmd ? [packet.messageId ?? -1] : []));
  }

  /** Reads nothing any more. */
  sleep(): void {
    this.socket.pause();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

export function publishPacket(
  topic: string,
  payload: string | Buffer,
  change: Partial<IPublishPacket> = {},
): IPublishPacket {
  return { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false, ...change };
}
