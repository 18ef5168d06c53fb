import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import mqtt from 'mqtt';
import {
  deleteTopics,
  eventually,
  freePort,
  randomTopicPrefix,
  sendHostilePackets,
  ServiceProcess,
  sharedBrokers,
} from '@fieldstream/testing';
import { KafkaTail } from './bridge-support.js';

/** More by hand: HOSTILE_PACKETS=1000000. */
const PACKETS = Number(process.env['HOSTILE_PACKETS'] ?? 20_000);
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_121);
const CONNECTIONS = 20;
/** What the bridge may take once it is warm; a leak of a few hundred bytes a packet shows within a million. */
const MAX_GROWTH_MB = 150;

jest.setTimeout(60_000 + PACKETS * 3);

const prefix = randomTopicPrefix();
const kafka = new Kafka({
  clientId: 'test',
  brokers: sharedBrokers().split(','),
  logLevel: logLevel.NOTHING,
});
let bridge: ServiceProcess;
let port: number;
let records: KafkaTail;

beforeAll(async () => {
  port = await freePort();
  bridge = await ServiceProcess.start({
    app: 'bridge',
    env: {
      KAFKA_BROKERS: sharedBrokers(),
      KAFKA_TOPIC_PREFIX: prefix,
      KAFKA_PARTITIONS: '2',
      MQTT_PORT: String(port),
      LOG_LEVEL: 'info',
    },
  });
  records = new KafkaTail(kafka, prefix);
  await records.start();
});

afterAll(async () => {
  await bridge?.stop();
  await records?.close();
  await deleteTopics(prefix, sharedBrokers());
});

const residentMb = (): number => {
  const status = readFileSync(`/proc/${bridge.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
};

test(`${PACKETS} hostile packets leave the bridge up, its memory flat and a well-behaved client undisturbed`, async () => {
  const pid = bridge.pid;
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    reconnectPeriod: 0,
    clientId: 'good',
  });
  let drops = 0;
  client.on('close', () => drops++);
  client.on('error', () => {});
  // Until it is warm: compiled code, connections to Kafka, and the buffers that are kept.
  await sendHostilePackets({ port, packets: PACKETS / 10, seed: SEED, connections: CONNECTIONS });
  const before = residentMb();

  const state = { isOver: false };
  let published = 0;
  const publishing = (async () => {
    while (!state.isOver) {
      await client.publishAsync('devices/good/telemetry', `{"n":${published}}`, { qos: 1 });
      published++;
    }
  })();
  const startMs = performance.now();
  const outcome = await sendHostilePackets({
    port,
    packets: PACKETS,
    seed: SEED + 2,
    connections: CONNECTIONS,
  });
  const seconds = (performance.now() - startMs) / 1_000;
  state.isOver = true;
  await publishing;
  const after = residentMb();

  expect([bridge.isRunning && bridge.pid === pid, drops]).toEqual([true, 0]);
  expect(after - before).toBeLessThan(MAX_GROWTH_MB);
  await eventually(() => records.samplesOf('good').length >= published, {
    what: 'every reading of the well-behaved client',
    timeoutMs: 60_000,
  });
  expect(records.samplesOf('good').map(([, values]) => values['n'])).toEqual(
    Array.from({ length: published }, (_, n) => n),
  );
  const warnings = bridge.logs
    .split('\n')
    .filter((line) => /"level":[56]0|"level":"(error|fatal)"/.test(line));
  expect(warnings).toEqual([]);
  if (process.env['HOSTILE_PACKETS'] !== undefined) {
    process.stdout.write(
      `${outcome.packets} packets in ${outcome.connections} connections, ${seconds.toFixed(0)} s; ` +
        `resident ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB after; ` +
        `${published} publishes of the well-behaved client, all acknowledged and stored once\n${bridge.logs.slice(-6_000)}\n`,
    );
  }
  await client.endAsync(true);
});
