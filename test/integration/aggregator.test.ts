import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import type pg from 'pg';
import { type AggregatorConfig, loadConfig } from '@fieldstream/config';
import type { MetricValue } from '@fieldstream/domain';
import { createTestBed, eventually, type TestBed } from '@fieldstream/testing';
import { createPool } from '@fieldstream/timescale';
import { encodeDeadLetter, encodeDeviceEvent, encodeTelemetry, TOPICS } from '@fieldstream/wire';
import { startAggregator } from '../../apps/aggregator/src/start.js';
import { createGate, type Gate } from '../support/gate.js';
import { testOnGiven } from '../support/given-only.js';
import { silent } from './timescale-flavours.js';
import { differingMinutes } from './timescale-model.js';

const NOON = Date.UTC(2026, 5, 1, 12);
const PARTITIONS = 3;

describe('aggregator', () => {
  let bed: TestBed;
  let gate: Gate;
  let config: AggregatorConfig;
  let pool: pg.Pool;
  let producer: Producer;
  const running = new Set<{ close(): Promise<void> }>();

  const start = async (): Promise<Awaited<ReturnType<typeof startAggregator>>> => {
    const aggregator = await startAggregator(config, silent);
    running.add(aggregator);
    return aggregator;
  };
  const stop = async (aggregator: { close(): Promise<void> }): Promise<void> => {
    running.delete(aggregator);
    await aggregator.close();
  };

  beforeAll(async () => {
    bed = await createTestBed('aggregator', { KAFKA_PARTITIONS: String(PARTITIONS) });
    gate = await createGate(bed.databaseUrl);
    const loaded = loadConfig('aggregator', { ...bed.env, DATABASE_URL: gate.url });
    config = { ...loaded, ops: { ...loaded.ops, port: 0 } };
    pool = createPool({ url: bed.databaseUrl, maxConnections: 3, applicationName: 'test', logger: silent });
    const kafka = new Kafka({ brokers: bed.kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
    producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await stop(await start());
  }, 60_000);
  afterEach(async () => {
    await Promise.all([...running].map(stop));
  }, 30_000);
  afterAll(async () => {
    await producer.disconnect();
    await pool.end();
    await gate.shut();
    await bed.close();
  }, 60_000);

  const query = async (text: string): Promise<unknown[]> =>
    (await pool.query<Record<string, unknown>>(text)).rows;
  const send = async (
    topic: string,
    ...messages: { key: string | null; value: Buffer; headers?: Record<string, string> }[]
  ) => void (await producer.send({ topic: bed.topicPrefix + topic, acks: -1, messages }));
  const telemetry = (deviceId: string, timeMs: number, values: Record<string, MetricValue>) => ({
    key: deviceId,
    value: encodeTelemetry({
      deviceId,
      receivedAtMs: timeMs,
      samples: [{ timeMs, values: new Map(Object.entries(values)) }],
    }),
  });
  const total = async (column: string, topic: string = TOPICS.readings): Promise<number> => {
    const { rows } = await pool.query<{ total: number }>(
      `SELECT coalesce(sum(${column}), 0)::float8 AS total FROM consumer_offset WHERE topic = $1`,
      [topic],
    );
    return rows[0]?.total ?? 0;
  };
  const consumed = (records: number, topic: string = TOPICS.readings): Promise<unknown> =>
    eventually(async () => expect(await total('records', topic)).toBe(records), {
      timeoutMs: 30_000,
      what: `${records} records of ${topic} consumed`,
    });
  /** At every moment and for every partition. */
  const expectLedger = async (): Promise<void> => {
    expect(
      await query(`SELECT * FROM consumer_offset
        WHERE next_offset - start_offset <> records + lost OR readings <> stored + duplicates + coalesced`),
    ).toEqual([]);
    expect(await differingMinutes(pool)).toEqual([]);
  };

  test('stores readings, states, events, ledgers and dead letters, and counts what it refuses', async () => {
    const before = await total('records');
    const aggregator = await start();
    await send(
      TOPICS.readings,
      telemetry('plug', NOON, { power: 1.5, mode: 'eco', relay: 'ON' }),
      telemetry('plug', NOON + 1_000, { power: 2.5, mode: 'eco', relay: 'OFF' }),
      telemetry('plug', NOON, { power: 1.5 }),
      { key: 'plug', value: Buffer.from('{"v":9}') },
    );
    await send(TOPICS.deadLetters, {
      ...encodeDeadLetter({
        reason: 'invalid-json',
        detail: 'x',
        payload: Buffer.from('{'),
        receivedAtMs: NOON,
        deviceId: 'plug',
        mqttTopic: 'a/b',
      }),
    });
    await send(
      TOPICS.deviceEvents,
      {
        key: 'plug',
        value: encodeDeviceEvent({ kind: 'device', type: 'connected', deviceId: 'plug', timeMs: NOON }),
      },
      { key: 'x', value: Buffer.from('nonsense') },
      {
        key: 'bridge-1',
        value: encodeDeviceEvent({
          kind: 'bridge-ledger',
          instance: 'bridge-1',
          startedAtMs: NOON,
          timeMs: NOON + 1,
          counters: {
            received: 9,
            produced: 4,
            presence: 3,
            deadLettered: 2,
            shed: 0,
            refused: 0,
            inFlight: 0,
          },
        }),
      },
    );
    await consumed(before + 4);
    await consumed(1, TOPICS.deadLetters);
    await consumed(3, TOPICS.deviceEvents);

    expect(await query('SELECT metric, time, value, text FROM latest ORDER BY metric COLLATE "C"')).toEqual([
      { metric: 'mode', time: new Date(NOON + 1_000), value: null, text: 'eco' },
      { metric: 'power', time: new Date(NOON + 1_000), value: 2.5, text: null },
      { metric: 'relay', time: new Date(NOON + 1_000), value: 0, text: 'OFF' },
    ]);
    expect(await query('SELECT presence FROM device')).toEqual([{ presence: 'online' }]);
    expect(await query('SELECT received::int FROM bridge_ledger')).toEqual([{ received: 9 }]);
    expect(
      await query('SELECT reason, mqtt_topic, origin_topic FROM dead_letter ORDER BY origin_topic'),
    ).toEqual([
      { reason: 'invalid-record', mqtt_topic: null, origin_topic: TOPICS.deviceEvents },
      { reason: 'invalid-json', mqtt_topic: 'a/b', origin_topic: TOPICS.deadLetters },
      { reason: 'invalid-record', mqtt_topic: null, origin_topic: TOPICS.readings },
    ]);
    expect([
      await total('readings'),
      await total('stored'),
      await total('duplicates'),
      await total('coalesced'),
    ]).toEqual([7, 5, 1, 1]);
    await expectLedger();

    const metrics = await (await fetch(`http://127.0.0.1:${aggregator.opsPort}/metrics`)).text();
    expect(metrics).toMatch(
      /fieldstream_aggregator_readings_total\{outcome="stored",service="aggregator"\} 5/,
    );
    expect(metrics).toMatch(/fieldstream_aggregator_lag_records\{service="aggregator"\} 0/);
    expect((await fetch(`http://127.0.0.1:${aggregator.opsPort}/health/ready`)).status).toBe(200);
  }, 60_000);

  test('a record that the database refuses is dead-lettered; its neighbours are stored', async () => {
    const before = await total('records');
    await start();
    await send(
      TOPICS.readings,
      telemetry('good-1', NOON, { a: 1 }),
      // Two numbers that fit, in a minute whose sum does not.
      telemetry('huge', NOON, { a: 1.7e308 }),
      telemetry('huge', NOON + 1, { a: 1.7e308 }),
      telemetry('good-2', NOON, { a: 1 }),
    );
    await consumed(before + 4);
    expect(await query("SELECT device_id FROM device WHERE device_id LIKE 'good-%' ORDER BY 1")).toEqual([
      { device_id: 'good-1' },
      { device_id: 'good-2' },
    ]);
    expect(
      await query("SELECT count(*)::int FROM reading JOIN series USING (series_id) WHERE device_id = 'huge'"),
    ).toEqual([{ count: 1 }]);
    await eventually(
      async () =>
        expect(
          await query("SELECT origin_topic, device_id FROM dead_letter WHERE reason = 'handler-failed'"),
        ).toEqual([{ origin_topic: TOPICS.readings, device_id: 'huge' }]),
      { what: 'the refused record is listed', timeoutMs: 30_000 },
    );
    await expectLedger();
  }, 60_000);

  test('aggregators that come and go store every reading once', async () => {
    const before = await total('records');
    const stored = await total('stored');
    const rounds = 20;
    const devices = 30;
    const first = await start();
    let second: { close(): Promise<void> } | undefined;
    for (let round = 0; round < rounds; round++) {
      const messages = Array.from({ length: devices }, (_, device) =>
        telemetry(`moving-${device}`, NOON + round * 1_000, {
          a: round,
          b: device,
          c: `state ${round >> 2}`,
        }),
      );
      await send(TOPICS.readings, ...messages);
      if (round === 5) second = await start();
      if (round === 12) await stop(first);
    }
    await consumed(before + rounds * devices);
    if (second) await stop(second);
    expect((await total('stored')) - stored).toBe(devices * (rounds * 2 + rounds / 4));
    expect(await total('duplicates')).toBe(1);
    expect(await query("SELECT count(*)::int FROM device WHERE device_id LIKE 'moving-%'")).toEqual([
      { count: devices },
    ]);
    await expectLedger();
  }, 120_000);

  testOnGiven('one session serves all connections, and cannot be ended')(
    'losing every database connection, ended by the server, loses nothing',
    () =>
      losingConnections('ended', async () => {
        await query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fieldstream-aggregator' AND datname = current_database()",
        );
      }),
    90_000,
  );

  test(
    'losing every database connection on the way loses nothing',
    () =>
      losingConnections('cut', async () => {
        await gate.shut();
        await gate.open();
      }),
    90_000,
  );

  async function losingConnections(device: string, lose: () => Promise<void>): Promise<void> {
    const before = await total('records');
    await start();
    for (let round = 0; round < 10; round++) {
      await send(
        TOPICS.readings,
        ...Array.from({ length: 50 }, (_, n) => telemetry(device, NOON + round * 50 + n, { a: n })),
      );
      await lose();
    }
    await consumed(before + 500);
    expect(
      await query(
        `SELECT count(*)::int FROM reading JOIN series USING (series_id) WHERE device_id = '${device}'`,
      ),
    ).toEqual([{ count: 500 }]);
    await expectLedger();
  }
});
