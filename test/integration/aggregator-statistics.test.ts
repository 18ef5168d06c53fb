import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Producer } from 'kafkajs';
import type pg from 'pg';
import { loadConfig } from '@fieldstream/config';
import { createKafka, KafkaPositions } from '@fieldstream/kafka';
import { createTestBed, eventually, type TestBed } from '@fieldstream/testing';
import { createPool } from '@fieldstream/timescale';
import { encodeTelemetry, TOPICS } from '@fieldstream/wire';
import { startAggregator } from '../../apps/aggregator/src/start.js';
import { DeliveryDelays } from '../../apps/aggregator/src/statistics/delivery-delays.js';
import { StatisticsRecorder } from '../../apps/aggregator/src/statistics/statistics-recorder.js';
import { silent } from './timescale-flavours.js';

const MINUTE_MS = 60_000;
const RANGE = "now() - INTERVAL '1 hour', now() + INTERVAL '1 minute'";

let bed: TestBed;
let pool: pg.Pool;
let producer: Producer;

beforeAll(async () => {
  bed = await createTestBed('statistics', { KAFKA_PARTITIONS: '2' });
  pool = createPool({ url: bed.databaseUrl, maxConnections: 3, applicationName: 'test', logger: silent });
}, 60_000);
afterAll(async () => {
  await producer?.disconnect();
  await pool.end();
  await bed.close();
}, 60_000);

const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await pool.query<Record<string, unknown>>(sql)).rows;

test('an aggregator writes what became of publishes, and how late they were', async () => {
  const config = loadConfig('aggregator', bed.env);
  const aggregator = await startAggregator({ ...config, ops: { ...config.ops, port: 0 } }, silent);
  const kafka = createKafka({ brokers: bed.kafkaBrokers.split(','), clientId: 'test', logger: silent });
  producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const receivedAtMs = Date.now();
  const publish = (deviceId: string, timeMs: number) => ({
    key: deviceId,
    value: encodeTelemetry({ deviceId, receivedAtMs, samples: [{ timeMs, values: new Map([['x', 1]]) }] }),
  });
  const messages = [
    publish('right', receivedAtMs),
    publish('right', receivedAtMs),
    publish('behind', receivedAtMs - 5 * MINUTE_MS),
    publish('ahead', receivedAtMs + MINUTE_MS),
  ];
  await producer.send({ topic: bed.topicPrefix + TOPICS.readings, acks: -1, messages });
  await eventually(
    async () =>
      expect(await rows('SELECT sum(readings) AS readings FROM consumer_offset')).toEqual([
        { readings: '4' },
      ]),
    { timeoutMs: 30_000, what: 'the readings stored' },
  );
  await aggregator.close();

  // While no aggregator runs, another's recorder tells how far the consumer is behind.
  await producer.send({ topic: bed.topicPrefix + TOPICS.readings, acks: -1, messages: messages.slice(0, 3) });
  const { topicPrefix } = bed;
  const positions = new KafkaPositions(kafka, topicPrefix);
  const delays = new DeliveryDelays();
  const recorder = new StatisticsRecorder({
    pool,
    positions,
    delays,
    topicPrefix,
    logger: silent,
    everyMs: 100,
  });
  recorder.start();
  try {
    await eventually(
      async () =>
        expect(
          await rows(
            `SELECT stage, topic, lag, unaccounted FROM dashboard.pipeline_now WHERE topic = '${TOPICS.readings}'`,
          ),
        ).toEqual([{ stage: 'aggregator', topic: TOPICS.readings, lag: '3', unaccounted: '0' }]),
      { timeoutMs: 30_000, what: 'a sample with the lag' },
    );
  } finally {
    await recorder.close();
  }
  expect(
    await rows(
      `SELECT sum(readings) AS readings, sum(duplicates) AS duplicates, sum(late) AS late, sum(ahead) AS ahead
       FROM dashboard.reading_quality(${RANGE}, 10000)`,
    ),
  ).toEqual([{ readings: '4', duplicates: '1', late: '1', ahead: '1' }]);
  expect(
    await rows(
      `SELECT device_id, late, ahead, least_delay_ms FROM dashboard.device_delays(${RANGE}) ORDER BY 1`,
    ),
  ).toEqual([
    { device_id: 'ahead', late: '0', ahead: '1', least_delay_ms: -MINUTE_MS },
    { device_id: 'behind', late: '1', ahead: '0', least_delay_ms: 5 * MINUTE_MS },
  ]);
  expect(
    await rows(`SELECT sum(publishes) AS publishes FROM dashboard.pipeline_latency(${RANGE}, 10000)`),
  ).toEqual([{ publishes: '4' }]);
}, 120_000);
