import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ConfigResourceTypes } from 'kafkajs';
import { createKafka, ensureTopics, KafkaError, waitForKafka } from '@fieldstream/kafka';
import { freePort } from '@fieldstream/testing';
import { TOPICS } from '@fieldstream/wire';
import { KafkaFixture, readTopic, recordingLogger } from './kafka-fixture.js';

jest.setTimeout(60_000);

let fixture: KafkaFixture;
beforeEach(() => {
  fixture = new KafkaFixture();
});
afterEach(() => fixture.close());

const topic = TOPICS.readings;

describe('ensureTopics', () => {
  test('creates the topics, also when several services do so at once, and leaves them alone afterwards', async () => {
    await Promise.all([fixture.createTopics(3), fixture.createTopics(3), fixture.createTopics(3)]);
    await fixture.createTopics(3);
    const admin = fixture.kafka.admin();
    await admin.connect();
    fixture.onClose(() => admin.disconnect());
    const metadata = await admin.fetchTopicMetadata({
      topics: Object.values(TOPICS).map((name) => fixture.prefix + name),
    });
    expect(metadata.topics.map((t) => t.partitions.length)).toEqual(Object.values(TOPICS).map(() => 3));
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: fixture.prefix + TOPICS.alerts,
          configNames: ['cleanup.policy'],
        },
      ],
    });
    expect(resources[0]?.configEntries[0]?.configValue).toBe('compact');
  });

  test('refuses a topic with fewer partitions than configured, and says what to do', async () => {
    await fixture.createTopics(2);
    const error = await fixture.createTopics(6).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(KafkaError);
    expect(error).toMatchObject({ code: 'topic-too-few-partitions', retriable: false });
    const { message } = error as KafkaError;
    expect(message).toContain(fixture.prefix);
    expect(message).toContain('has 2 partitions');
    expect(message).toContain('KAFKA_PARTITIONS is 6');
    expect(message).toContain('kafka-topics --alter');
  });

  test('takes a topic with more partitions than configured', async () => {
    await fixture.createTopics(4);
    await expect(fixture.createTopics(2)).resolves.toBeUndefined();
  });

  test('names the variable when there are too few brokers for the replication factor', async () => {
    const creating = ensureTopics(fixture.kafka, {
      topicPrefix: fixture.prefix,
      partitions: 1,
      replicationFactor: 7,
      retentionHours: 1,
      logger: fixture.logger,
    });
    await expect(creating).rejects.toMatchObject({
      code: 'topic-not-created',
      message: expect.stringContaining('KAFKA_REPLICATION_FACTOR is 7'),
    });
  });
});

describe('waitForKafka', () => {
  test('returns when Kafka is there', async () => {
    await waitForKafka(fixture.kafka, { logger: fixture.logger });
    expect(fixture.logger.lines).toEqual([]);
  });

  test('can be aborted, and has logged one line by then', async () => {
    const logger = recordingLogger();
    const kafka = createKafka({ brokers: [`127.0.0.1:${await freePort()}`], clientId: 'test', logger });
    const abort = new AbortController();
    const waiting = waitForKafka(kafka, { logger, signal: abort.signal });
    setTimeout(() => abort.abort(), 1_500);
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    expect(logger.lines.map((line) => line.message)).toEqual(['waiting for Kafka']);
  });
});

describe('KeyedProducer', () => {
  test('keeps the order of each key, and settles in the order of enqueueing within a partition', async () => {
    await fixture.createTopics(6);
    const producer = fixture.producer({ maxBatchRecords: 97 });
    await producer.connect();
    const devices = 50;
    const perDevice = 200;
    const settled = new Map<string, number[]>();
    let left = devices * perDevice;
    await new Promise<void>((resolve, reject) => {
      const enqueue = (device: number, n: number): void => {
        const key = `device-${device}`;
        producer.enqueue({
          topic,
          key,
          value: Buffer.from(String(n)),
          settle: (error) => {
            if (error) reject(error);
            settled.set(key, [...(settled.get(key) ?? []), n]);
            if (--left === 0) resolve();
          },
        });
      };
      // Two bursts, the second while batches of the first are in flight.
      for (let n = 0; n < perDevice / 2; n++) for (let d = 0; d < devices; d++) enqueue(d, n);
      setImmediate(() => {
        for (let n = perDevice / 2; n < perDevice; n++) for (let d = 0; d < devices; d++) enqueue(d, n);
      });
    });
    expect(producer.inFlightRecords).toBe(0);
    expect(producer.inFlightBytes).toBe(0);
    const expected = Array.from({ length: perDevice }, (_, n) => n);
    const records = await readTopic(fixture, topic, devices * perDevice);
    expect(records).toHaveLength(devices * perDevice);
    const partitions = new Map<string, Set<number>>();
    const read = new Map<string, number[]>();
    for (const { key, value, partition } of records) {
      if (key === null) throw new Error('a record without key');
      read.set(key, [...(read.get(key) ?? []), Number(value)]);
      partitions.set(key, (partitions.get(key) ?? new Set()).add(partition));
    }
    for (let d = 0; d < devices; d++) {
      expect(read.get(`device-${d}`)).toEqual(expected);
      expect(settled.get(`device-${d}`)).toEqual(expected);
      expect(partitions.get(`device-${d}`)?.size).toBe(1);
    }
  });

  test('puts a key where every other client puts it, and spreads records without a key', async () => {
    await fixture.createTopics(6);
    const own = fixture.producer();
    const other = fixture.kafka.producer();
    await other.connect();
    fixture.onClose(() => other.disconnect());
    const keys = ['plug-1', 'Küche', '温室', 'a', 'b', 'c'];
    for (const key of keys) {
      await own.send({ topic, key, value: Buffer.from('own'), headers: { reason: 'x' } });
      await other.send({ topic: fixture.prefix + topic, messages: [{ key, value: 'other' }] });
    }
    for (let i = 0; i < 12; i++) await own.send({ topic, key: null, value: Buffer.from('none') });
    const records = await readTopic(fixture, topic, keys.length * 2 + 12);
    for (const key of keys) {
      const [first, second] = records.filter((record) => record.key === key);
      expect(first?.partition).toBe(second?.partition);
    }
    expect(records.find((record) => record.value === 'own')?.headers).toEqual({ reason: 'x' });
    expect(new Set(records.filter((r) => r.key === null).map((r) => r.partition)).size).toBe(6);
  });

  test('settles each record exactly once with "deadline" when no broker can be reached', async () => {
    const logger = recordingLogger();
    const kafka = createKafka({ brokers: [`127.0.0.1:${await freePort()}`], clientId: 'test', logger });
    const producer = fixture.producer({ kafka, logger, deadlineMs: 1_500 });
    await expect(producer.connect()).rejects.toMatchObject({ code: 'unreachable', retriable: true });
    const order: number[] = [];
    const codes = new Set<string | undefined>();
    const startedMs = performance.now();
    await new Promise<void>((resolve) => {
      for (let n = 0; n < 1_000; n++) {
        producer.enqueue({
          topic,
          key: `k${n % 7}`,
          value: Buffer.from(String(n)),
          settle: (error) => {
            order.push(n);
            codes.add(error?.code);
            if (order.length === 1_000) resolve();
          },
        });
      }
    });
    const tookMs = performance.now() - startedMs;
    await producer.close({ timeoutMs: 500 });
    expect(order).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
    expect([...codes]).toEqual(['deadline']);
    expect(tookMs).toBeGreaterThanOrEqual(1_500);
    expect(tookMs).toBeLessThan(4_000);
    expect(producer.inFlightBytes).toBe(0);
  });

  test('keeps records of a topic that does not exist yet, and sends them when it does', async () => {
    await fixture.createTopics(2, [{ name: TOPICS.alerts, cleanup: 'compact' }]);
    const producer = fixture.producer();
    const sent = Array.from({ length: 20 }, (_, n) =>
      producer.send({ topic, key: 'one', value: Buffer.from(String(n)) }),
    );
    await fixture.createTopics(2);
    await Promise.all(sent);
    const records = await readTopic(fixture, topic, 20);
    expect(records.map((record) => Number(record.value))).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test('fails alone the record that is too large, and delivers its neighbours once', async () => {
    await fixture.createTopics(2);
    const producer = fixture.producer({ maxBatchRecords: 100, maxBatchBytes: 8 * 1024 * 1024, lingerMs: 50 });
    await producer.connect();
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) =>
        producer.send({
          topic,
          key: `device-${n % 10}`,
          value: n === 23 ? Buffer.alloc(2_000_000, 'x') : Buffer.from(String(n)),
        }),
      ),
    );
    const failed = results.flatMap((result, n) => (result.status === 'rejected' ? [{ n, ...result }] : []));
    expect(failed.map(({ n }) => n)).toEqual([23]);
    expect(failed[0]?.reason).toMatchObject({ code: 'record-too-large', retriable: false });
    const records = await readTopic(fixture, topic, 59);
    // The other partition's records may have come twice: they were in the request that failed.
    expect(new Set(records.map((record) => record.value)).size).toBe(59);
    for (let d = 0; d < 10; d++) {
      const values = records.filter((r) => r.key === `device-${d}`).map((r) => Number(r.value));
      const firsts = [...new Set(values)];
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
    }
  });

  test('a settle that throws does not stop the lane; unsound records are refused', async () => {
    await fixture.createTopics(1);
    const producer = fixture.producer({ lanes: 1 });
    producer.enqueue({
      topic,
      key: 'a',
      value: Buffer.from('1'),
      settle: () => {
        throw new Error('caller is at fault');
      },
    });
    await producer.send({ topic, key: 'a', value: Buffer.from('2') });
    expect(fixture.logger.lines.map((line) => line.message)).toEqual(['settling a record threw']);
    const unsound = producer.send({ topic, key: 'a', value: 'text' as unknown as Buffer });
    await expect(unsound).rejects.toMatchObject({ code: 'invalid-record' });
  });

  test('close sends what lingers, then refuses', async () => {
    await fixture.createTopics(3);
    const producer = fixture.producer({ lingerMs: 60_000 });
    await producer.connect();
    const sent = Array.from({ length: 30 }, (_, n) =>
      producer.send({ topic, key: `k${n}`, value: Buffer.from('v') }),
    );
    await producer.close({ timeoutMs: 5_000 });
    await Promise.all(sent);
    await expect(producer.send({ topic, key: 'k', value: Buffer.from('v') })).rejects.toMatchObject({
      code: 'closed',
    });
  });

  test('close settles what cannot be sent', async () => {
    const kafka = createKafka({
      brokers: [`127.0.0.1:${await freePort()}`],
      clientId: 'test',
      logger: fixture.logger,
    });
    const producer = fixture.producer({ kafka });
    const sending = producer.send({ topic, key: 'k', value: Buffer.from('v') });
    const refused = expect(sending).rejects.toMatchObject({ code: 'closed', retriable: true });
    await producer.close({ timeoutMs: 300 });
    await refused;
  });

  test('holds no more than its bound', async () => {
    const producer = fixture.producer({ maxInFlightBytes: 1_000 });
    const results = await Promise.allSettled([
      producer.send({ topic, key: 'a', value: Buffer.alloc(2_000) }),
      producer.close({ timeoutMs: 100 }),
    ]);
    expect(results[0]).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } });
  });
});
