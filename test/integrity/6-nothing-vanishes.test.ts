import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import mqtt from 'mqtt';
import { consumerTotals, eventually, Fleet } from '@fieldstream/testing';
import { freezeKafka } from '../support/engine-faults.js';
import { consumed, expectWhole } from '../support/expectations.js';
import { readTopic, recordCount } from '../support/kafka-log.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(180_000);

const IN_FLIGHT_BYTES = 2_000_000;
const publishes = SIZES.ledgerPublishes;

describe('6. nothing vanishes', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline('ledger', ['aggregator', 'api', 'bridge'], {
      MQTT_MAX_IN_FLIGHT_BYTES: String(IN_FLIGHT_BYTES),
    });
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  const totals = (topic: string) =>
    consumerTotals(pipeline.sql, `${pipeline.bed.topicPrefix}fieldstream-aggregator`, topic);

  /** The newest counters that the bridge reported of itself, once they satisfy a condition. */
  async function bridgeLedger(
    condition: (counters: Record<string, number>) => boolean,
  ): Promise<Record<string, number>> {
    return eventually(
      async () => {
        const { rows } = await pipeline.sql.query<{ counter: string; value: string }>(
          `SELECT counter, sum(value) AS value FROM pipeline_ledger WHERE stage = 'bridge' GROUP BY 1`,
        );
        const counters = Object.fromEntries(rows.map((row) => [row.counter, Number(row.value)]));
        if (!condition(counters)) throw new Error(`the bridge's counters are ${JSON.stringify(counters)}`);
        return counters;
      },
      { timeoutMs: 30_000, everyMs: 200, what: 'the bridge reporting its counters' },
    );
  }

  const POISON: [topic: string, payload: Buffer, reason: string][] = [
    ['devices/bad/telemetry', Buffer.from('{"broken":'), 'invalid-json'],
    ['devices/bad/telemetry', Buffer.from([0xff, 0x00, 0xfe, 0x80]), 'invalid-utf8'],
    ['devices/bad/telemetry', Buffer.alloc(0), 'empty-payload'],
    ['devices/bad/telemetry', Buffer.from('{"x":1e999}'), 'non-finite-number'],
  ];

  test('good, bad and presence messages: every one is in exactly one place, and the stages agree', async () => {
    const fleet = new Fleet({
      port: pipeline.mqttPort,
      connections: 20,
      publishes,
      devicePrefix: 'ledger',
    });
    const client = await mqtt.connectAsync(pipeline.mqttUrl, { protocolVersion: 4 });
    try {
      await fleet.connect();
      fleet.start();
      for (const [topic, payload] of POISON) await client.publishAsync(topic, payload, { qos: 1 });
      await client.publishAsync('devices/ledger-00000/status', 'online', { qos: 1 });
      await client.publishAsync('somebody/elses/topic', 'ordinary MQTT', { qos: 1 });
      await fleet.finish();
    } finally {
      await client.endAsync();
      await fleet.close();
    }
    await expectWhole(pipeline, fleet.ledger);
    await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.dead-letters');

    const counters = await bridgeLedger(
      (c) => c['received'] === publishes + POISON.length + 1 && c['in_flight'] === 0,
    );
    expect(counters).toMatchObject({
      produced: publishes,
      dead_lettered: POISON.length,
      presence: 1,
      shed: 0,
      refused: 0,
    });
    expect(await recordCount(pipeline.bed, 'telemetry.readings')).toBe(counters['produced']);
    expect(await recordCount(pipeline.bed, 'telemetry.dead-letters')).toBe(counters['dead_lettered']);
    expect((await totals('telemetry.readings')).records).toBe(counters['produced']);

    const { rows } = await pipeline.sql.query<{ mqtt_topic: string; payload: Buffer; reason: string }>(
      'SELECT mqtt_topic, payload, reason FROM dead_letter ORDER BY dead_letter_id',
    );
    const inOrder = (letters: readonly (readonly [string, Buffer, string])[]): string[] =>
      letters.map(([topic, payload, reason]) => `${topic} ${payload.toString('hex')} ${reason}`).sort();
    expect(inOrder(rows.map((row) => [row.mqtt_topic, row.payload, row.reason]))).toEqual(inOrder(POISON));

    const balance = (await (await fetch(`${pipeline.apiUrl}/api/pipeline`)).json()) as { balanced?: boolean };
    expect(JSON.stringify(balance)).not.toContain('"holds":false');
  });

  test('a Kafka record that is not ours is dead-lettered with its bytes, and the partition goes on', async () => {
    const kafka = new Kafka({
      clientId: 'stranger',
      brokers: pipeline.bed.kafkaBrokers.split(','),
      logLevel: logLevel.NOTHING,
    });
    const producer = kafka.producer();
    const strange: [Buffer | null, string][] = [
      [Buffer.from('not json'), 'a'],
      [Buffer.from('{"v":2,"d":"x"}'), 'b'],
      [Buffer.from([0, 1, 2, 3]), 'c'],
      [null, 'd'],
      [Buffer.from('{"v":1,"d":"x","r":1,"s":[[1,{"m":"\\u0000"}]]}'), 'e'],
      [Buffer.from('{"v":1,"d":"a/b","r":1,"s":[[1,{"m":1}]]}'), 'f'],
    ];
    const good = (n: number): Buffer =>
      Buffer.from(`{"v":1,"d":"good","r":1790000000000,"s":[[${1790000000000 + n},{"n":${n}}]]}`);
    await producer.connect();
    const before = await totals('telemetry.readings');
    await producer.send({
      topic: `${pipeline.bed.topicPrefix}telemetry.readings`,
      messages: strange.flatMap(([value, key], n) => [
        { partition: 0, key, value },
        { partition: 0, key, value: good(n) },
      ]),
    });
    await producer.disconnect();
    await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.readings');
    await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.dead-letters');
    const after = await totals('telemetry.readings');
    expect(after.deadLettered - before.deadLettered).toBe(strange.length);
    expect(after.stored - before.stored).toBe(strange.length);
    const { rows } = await pipeline.sql.query<{ payload: Buffer }>(
      `SELECT payload FROM dead_letter WHERE reason = 'invalid-record' ORDER BY origin_offset`,
    );
    expect(rows.map((row) => row.payload.toString('hex'))).toEqual(
      strange.map(([value]) => (value ?? Buffer.alloc(0)).toString('hex')),
    );
  });

  test('a dead letter that can be read after all is replayed, once', async () => {
    const kafka = new Kafka({
      clientId: 'stranger',
      brokers: pipeline.bed.kafkaBrokers.split(','),
      logLevel: logLevel.NOTHING,
    });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({
      topic: `${pipeline.bed.topicPrefix}telemetry.dead-letters`,
      messages: [
        {
          key: 'revived',
          value: '{"temperature":7.5,"ts":1790000000000}',
          headers: {
            reason: 'handler-failed',
            detail: 'once',
            'mqtt-topic': 'devices/revived/telemetry',
            'received-at': '1790000000001',
          },
        },
      ],
    });
    await producer.disconnect();
    await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.dead-letters');
    const { rows } = await pipeline.sql.query<{ id: string }>(
      `SELECT dead_letter_id AS id FROM dead_letter WHERE mqtt_topic = 'devices/revived/telemetry'`,
    );
    const replay = () =>
      fetch(`${pipeline.apiUrl}/api/dead-letters/${rows[0]?.id}/replay`, { method: 'POST' });
    expect((await replay()).ok).toBe(true);
    await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.readings');
    const stored = await pipeline.sql.query<{ value: number }>(
      `SELECT value FROM reading JOIN series USING (series_id) WHERE device_id = 'revived'`,
    );
    expect(stored.rows).toEqual([{ value: 7.5 }]);
    const { rows: marked } = await pipeline.sql.query(
      `SELECT 1 FROM dead_letter WHERE replayed_at IS NOT NULL`,
    );
    expect(marked).toHaveLength(1);

    const unreadable = await pipeline.sql.query<{ id: string }>(
      `SELECT dead_letter_id AS id FROM dead_letter WHERE reason = 'invalid-json'`,
    );
    const refused = await fetch(`${pipeline.apiUrl}/api/dead-letters/${unreadable.rows[0]?.id}/replay`, {
      method: 'POST',
    });
    expect(refused.status).toBe(422);
  });

  test('QoS 0 shed under overload is counted; what was not shed is stored', async () => {
    const client = await mqtt.connectAsync(pipeline.mqttUrl, { protocolVersion: 4, clientId: 'firehose' });
    const before = await bridgeLedger(() => true);
    const records = await recordCount(pipeline.bed, 'telemetry.readings');
    const PUBLISHES = 4_000;
    const filler = 'x'.repeat(2_000);
    try {
      await freezeKafka(pipeline.bed, true);
      for (let n = 0; n < PUBLISHES; n++) {
        await client.publishAsync(
          'devices/firehose/telemetry',
          JSON.stringify({ n, filler, ts: 1_790_000_000_000 + n }),
          { qos: 0 },
        );
      }
    } finally {
      await freezeKafka(pipeline.bed, false);
    }
    const after = await bridgeLedger(
      (c) => (c['received'] ?? 0) - (before['received'] ?? 0) === PUBLISHES && c['in_flight'] === 0,
    );
    await client.endAsync();
    const shed = (after['shed'] ?? 0) - (before['shed'] ?? 0);
    const produced = (after['produced'] ?? 0) - (before['produced'] ?? 0);
    expect(shed).toBeGreaterThan(0);
    expect(produced).toBeGreaterThan(0);
    expect(shed + produced + (after['refused'] ?? 0) - (before['refused'] ?? 0)).toBe(PUBLISHES);
    await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.readings');
    const { rows } = await pipeline.sql.query<{ count: string }>(
      `SELECT count(*) FROM reading JOIN series USING (series_id) WHERE device_id = 'firehose' AND metric = 'n'`,
    );
    expect(Number(rows[0]?.count)).toBeGreaterThanOrEqual(produced);
    expect(await recordCount(pipeline.bed, 'telemetry.readings')).toBeGreaterThanOrEqual(records + produced);
    const distinct = new Set(
      (await readTopic(pipeline.bed, 'telemetry.readings'))
        .filter(({ key }) => key === 'firehose')
        .map(({ message }) => String(message.value)),
    );
    expect(Number(rows[0]?.count)).toBe(distinct.size);
  });
});
