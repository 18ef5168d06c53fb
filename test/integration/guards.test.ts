import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import type pg from 'pg';
import { loadConfig } from '@fieldstream/config';
import type { MetricValue } from '@fieldstream/domain';
import { createTestBed, eventually, type TestBed } from '@fieldstream/testing';
import { createPool } from '@fieldstream/timescale';
import { encodeTelemetry, TOPICS } from '@fieldstream/wire';
import { startAggregator } from '../../apps/aggregator/src/start.js';
import { silent } from './timescale-flavours.js';

const NOON = Date.UTC(2026, 5, 1, 12);

describe('guards of the aggregator', () => {
  let bed: TestBed;
  let pool: pg.Pool;
  let producer: Producer;
  let aggregator: Awaited<ReturnType<typeof startAggregator>>;
  let sent = 0;

  beforeAll(async () => {
    bed = await createTestBed('guards', { KAFKA_PARTITIONS: '2', DEVICE_MAX_METRICS: '3' });
    const config = loadConfig('aggregator', bed.env);
    aggregator = await startAggregator({ ...config, ops: { ...config.ops, port: 0 } }, silent);
    pool = createPool({ url: bed.databaseUrl, maxConnections: 2, applicationName: 'test', logger: silent });
    const kafka = new Kafka({ brokers: bed.kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
    producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
  }, 60_000);
  afterAll(async () => {
    await producer.disconnect();
    await aggregator.close();
    await pool.end();
    await bed.close();
  }, 60_000);

  const query = async (text: string): Promise<unknown[]> =>
    (await pool.query<Record<string, unknown>>(text)).rows;
  const publish = async (...all: [deviceId: string, values: Record<string, MetricValue>][]) => {
    const messages = all.map(([deviceId, values], index) => {
      const timeMs = NOON + (sent + index) * 1_000;
      const samples = [{ timeMs, values: new Map(Object.entries(values)) }];
      return { key: deviceId, value: encodeTelemetry({ deviceId, receivedAtMs: timeMs, samples }) };
    });
    await producer.send({ topic: bed.topicPrefix + TOPICS.readings, acks: -1, messages });
    sent += all.length;
    await eventually(
      async () =>
        expect(
          await query(
            `SELECT sum(records)::int AS n FROM consumer_offset WHERE topic = '${TOPICS.readings}'`,
          ),
        ).toEqual([{ n: sent }]),
      { what: `${sent} records consumed`, timeoutMs: 30_000 },
    );
  };
  const metric = async (name: string): Promise<string | undefined> => {
    const text = await (await fetch(`http://127.0.0.1:${aggregator.opsPort}/metrics`)).text();
    return text.split('\n').find((line) => line.startsWith(`${name}{`));
  };

  test('a publish that brings more metrics than a device may have is dead-lettered whole, and counted', async () => {
    await publish(
      ['full', { a: 1, b: 1 }],
      ['full', { b: 2, c: 2, d: 2 }],
      ['full', { c: 3 }],
      ['other', { x: 1, y: 1, z: 1 }],
    );
    await publish(['full', { e: 4 }], ['full', { a: 5, b: 5, c: 5 }]);
    expect(
      await query(`SELECT metric, count(*)::int FROM reading JOIN series USING (series_id)
                   WHERE device_id = 'full' GROUP BY 1 ORDER BY 1`),
    ).toEqual([
      { metric: 'a', count: 2 },
      { metric: 'b', count: 2 },
      { metric: 'c', count: 2 },
    ]);
    expect(
      await query(
        `SELECT reason, device_id, detail, octet_length(payload) > 0 AS kept FROM dead_letter ORDER BY origin_offset`,
      ),
    ).toEqual(
      Array.from({ length: 2 }, () => ({
        reason: 'too-many-series',
        device_id: 'full',
        detail: 'the device would have more than 3 metrics (DEVICE_MAX_METRICS)',
        kept: true,
      })),
    );
    expect(
      await query(`SELECT sum(dead_lettered)::int AS dead, sum(readings)::int AS readings, sum(stored)::int AS stored
                   FROM consumer_offset WHERE topic = '${TOPICS.readings}'`),
    ).toEqual([{ dead: 2, readings: 9, stored: 9 }]);
    expect(await metric('fieldstream_aggregator_too_many_series_total')).toMatch(/ 2$/);
  }, 60_000);

  test('a metric that comes as a number and as a text is kept as both, and noted once', async () => {
    await publish(['mixed', { m: 1, state: 'ON', number: 1 }], ['mixed', { m: 'n/a', state: 'OFF' }]);
    await publish(['mixed', { m: 2, state: 1 }], ['mixed', { m: 'n/a' }]);
    expect(
      await query(
        `SELECT device_id, site, metric FROM dashboard.type_drift WHERE drifted_at > now() - INTERVAL '1 hour'`,
      ),
    ).toEqual([{ device_id: 'mixed', site: 'no site', metric: 'm' }]);
    expect(await query(`SELECT metric, kinds FROM series WHERE device_id = 'mixed' ORDER BY 1`)).toEqual([
      { metric: 'm', kinds: 3 },
      { metric: 'number', kinds: 1 },
      { metric: 'state', kinds: 1 },
    ]);
    expect(await metric('fieldstream_aggregator_type_drifts_total')).toMatch(/ 1$/);
  }, 60_000);
});
