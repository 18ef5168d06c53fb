import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { CompressionTypes } from 'kafkajs';
import type { ContractCase } from '../../support/contract-case.js';
import { KEEPS_ALL } from '../../support/case-scope.js';
import { Member, readAll } from './member.js';
import { numbers } from '../numbers.js';

/** What becomes of a record between a producer and a consumer. */
export const RECORD_CASES: readonly ContractCase[] = [
  {
    name: 'keeps the records of a key in one partition and in order',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 4 });
      const keys = numbers(10).map((key) => `device-${key}`);
      for (const round of numbers(8)) {
        await scope.producer.send({
          topic,
          messages: keys.map((key) => ({ key, value: `${key}:${round}` })),
        });
      }
      const records = await readAll(scope, topic, 80);
      expect(new Set(records.map((record) => record.partition)).size).toBeGreaterThan(1);
      for (const key of keys) {
        const own = records.filter((record) => record.key === key);
        expect(own.map((record) => record.value)).toEqual(numbers(8).map((round) => `${key}:${round}`));
        expect(new Set(own.map((record) => record.partition)).size).toBe(1);
      }
    },
  },
  {
    name: 'numbers the records of each partition from 0 without gaps',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      for (const round of numbers(5)) {
        await scope.producer.send({
          topic,
          messages: numbers(6).map((n) => ({ value: `${round}.${n}`, partition: n % 2 })),
        });
      }
      const records = await readAll(scope, topic, 30);
      for (const partition of [0, 1]) {
        expect(records.filter((r) => r.partition === partition).map((r) => r.offset)).toEqual(numbers(15));
      }
    },
  },
  ...[0, 1, -1].map((acks) => ({
    name: `takes records with acks=${acks}`,
    run: async (scope: Parameters<ContractCase['run']>[0]) => {
      const topic = await scope.topic();
      const sent = await scope.producer.send({ topic, acks, messages: [{ value: 'a' }, { value: 'b' }] });
      expect(sent.map((partition) => partition.baseOffset)).toEqual(acks === 0 ? [] : ['0']);
      expect((await readAll(scope, topic, 2)).map((record) => record.value)).toEqual(['a', 'b']);
    },
  })),
  {
    name: 'takes one request with many topics and partitions and answers for each of them',
    run: async (scope) => {
      const topics = [await scope.topic({ partitions: 20 }), await scope.topic({ partitions: 3 })];
      const sent = await scope.producer.sendBatch({
        topicMessages: topics.map((topic, index) => ({
          topic,
          messages: numbers(index === 0 ? 20 : 3).map((partition) => ({
            partition,
            value: `${index}/${partition}`,
          })),
        })),
      });
      expect(sent).toHaveLength(23);
      expect(sent.every(({ errorCode, baseOffset }) => errorCode === 0 && baseOffset === '0')).toBe(true);
      const records = await readAll(scope, topics[0] ?? '', 20);
      expect(records.map(({ partition, value }) => value === `0/${partition}`)).toEqual(
        numbers(20).map(() => true),
      );
    },
  },
  {
    name: 'keeps records compressed with gzip',
    run: async (scope) => {
      const topic = await scope.topic();
      const values = numbers(200).map((n) => `${n} ${'wide '.repeat(50)}`);
      await scope.producer.send({
        topic,
        compression: CompressionTypes.GZIP,
        messages: values.map((value) => ({ key: 'k', value })),
      });
      expect((await readAll(scope, topic, 200)).map((record) => record.value)).toEqual(values);
    },
  },
  {
    name: 'keeps headers: bytes, several of one name, an empty one',
    run: async (scope) => {
      const topic = await scope.topic();
      const bytes = randomBytes(300);
      await scope.producer.send({
        topic,
        messages: [{ value: 'v', headers: { reason: 'why', bytes, twice: ['one', 'two'], empty: '' } }],
      });
      const [record] = await readAll(scope, topic, 1);
      expect(record?.message.headers).toEqual({
        reason: Buffer.from('why'),
        bytes,
        twice: [Buffer.from('one'), Buffer.from('two')],
        empty: Buffer.alloc(0),
      });
    },
  },
  {
    name: 'tells null from empty, in keys and in values',
    run: async (scope) => {
      const topic = await scope.topic();
      const messages = [
        { key: null, value: 'v' },
        { key: '', value: 'v' },
        { key: 'k', value: null },
        { key: 'k', value: '' },
        { key: null, value: null },
      ];
      await scope.producer.send({ topic, messages });
      const records = await readAll(scope, topic, messages.length);
      expect(records.map(({ key, value }) => ({ key, value }))).toEqual(messages);
    },
  },
  {
    name: 'keeps bytes that are no text',
    run: async (scope) => {
      const topic = await scope.topic();
      const [key, value] = [randomBytes(64), randomBytes(4096)];
      await scope.producer.send({ topic, messages: [{ key, value }] });
      const [record] = await readAll(scope, topic, 1);
      expect([record?.message.key, record?.message.value]).toEqual([key, value]);
    },
  },
  {
    name: "keeps the producers' timestamps",
    run: async (scope) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      const timestamps = [1_700_000_000_000, 1_700_000_123_456, 1_699_999_999_999];
      await scope.producer.send({
        topic,
        messages: timestamps.map((timestamp) => ({ value: 'v', timestamp: String(timestamp) })),
      });
      expect((await readAll(scope, topic, 3)).map((record) => record.timestampMs)).toEqual(timestamps);
    },
  },
  {
    name: 'gives records its own time where the topic says LogAppendTime',
    run: async (scope) => {
      const topic = await scope.topic({ config: { 'message.timestamp.type': 'LogAppendTime' } });
      const [sent] = await scope.producer.send({
        topic,
        messages: [
          { value: 'a', timestamp: '1000' },
          { value: 'b', timestamp: '2000' },
        ],
      });
      const appendedAt = Number(sent?.logAppendTime);
      expect(appendedAt).toBeGreaterThan(1_700_000_000_000);
      expect((await readAll(scope, topic, 2)).map((record) => record.timestampMs)).toEqual([
        appendedAt,
        appendedAt,
      ]);
    },
  },
  {
    name: 'takes a record just below the limit of 1,048,588 bytes for a batch',
    run: async (scope) => {
      const topic = await scope.topic();
      const value = randomBytes(1_048_588 - 80);
      await scope.producer.send({ topic, messages: [{ value }] });
      const [record] = await readAll(scope, topic, 1);
      expect(record?.message.value?.equals(value)).toBe(true);
    },
  },
  {
    name: 'refuses a larger one with MESSAGE_TOO_LARGE and takes the next',
    run: async (scope) => {
      const topic = await scope.topic();
      const sending = scope.producer.send({ topic, messages: [{ value: randomBytes(1_048_588) }] });
      await expect(sending).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
      await scope.producer.send({ topic, messages: [{ value: 'small' }] });
      expect((await readAll(scope, topic, 1)).map((record) => record.offset)).toEqual([0]);
    },
  },
  {
    name: "goes by the topic's own max.message.bytes",
    run: async (scope) => {
      const topic = await scope.topic({ config: { 'max.message.bytes': '2000' } });
      const sending = scope.producer.send({ topic, messages: [{ value: randomBytes(2000) }] });
      await expect(sending).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
      await scope.producer.send({ topic, messages: [{ value: randomBytes(1900) }] });
    },
  },
  {
    name: 'takes an idempotent producer: every record once and in order',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      const producer = scope.kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      scope.defer(() => producer.disconnect());
      for (const round of numbers(10)) {
        await producer.send({
          topic,
          messages: numbers(4).map((n) => ({ value: String(round * 4 + n), partition: n % 2 })),
        });
      }
      const records = await readAll(scope, topic, 40);
      for (const partition of [0, 1]) {
        const values = records.filter((r) => r.partition === partition).map((r) => Number(r.value));
        expect(values).toEqual(numbers(40).filter((n) => n % 2 === partition));
      }
    },
  },
  {
    name: 'keeps the order of each of several producers that write at once',
    run: async (scope) => {
      const topic = await scope.topic();
      const writers = await Promise.all(
        numbers(4).map(async (writer) => {
          const producer = scope.kafka.producer();
          await producer.connect();
          scope.defer(() => producer.disconnect());
          return { writer, producer };
        }),
      );
      await Promise.all(
        writers.map(async ({ writer, producer }) => {
          for (const n of numbers(25)) {
            await producer.send({ topic, messages: [{ key: String(writer), value: String(n) }] });
          }
        }),
      );
      const records = await readAll(scope, topic, 100);
      expect(records.map((record) => record.offset)).toEqual(numbers(100));
      for (const { writer } of writers) {
        const own = records.filter((record) => record.key === String(writer));
        expect(own.map((record) => Number(record.value))).toEqual(numbers(25));
      }
    },
  },
  {
    name: 'wakes a waiting consumer when a record comes',
    run: async (scope) => {
      const topic = await scope.topic();
      // It would be given nothing for 25 s if the broker did not wake it.
      const member = await Member.start(scope, { topic, groupId: scope.groupId(), maxWaitTimeInMs: 25_000 });
      await member.joined([0]);
      for (const value of ['one', 'two']) {
        await scope.producer.send({ topic, messages: [{ value }] });
        await member.saw(value === 'one' ? 1 : 2);
      }
      expect(member.seen.map((record) => record.value)).toEqual(['one', 'two']);
      // It leaves when the fetch under way is answered.
      const leaving = member.leave();
      await scope.producer.send({ topic, messages: [{ value: 'three' }] });
      await leaving;
    },
  },
  {
    name: 'goes by a consumer’s limits of bytes, and still gives it records that are larger',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      for (const n of numbers(10)) {
        await scope.producer.send({
          topic,
          messages: [0, 1].map((partition) => ({ partition, key: String(n), value: randomBytes(10_000) })),
        });
      }
      const member = await Member.start(scope, {
        topic,
        groupId: scope.groupId(),
        maxBytesPerPartition: 5_000,
        maxBytes: 8_000,
      });
      const records = await member.saw(20);
      for (const partition of [0, 1]) {
        const keys = records.filter((r) => r.partition === partition).map((r) => Number(r.key));
        expect(keys).toEqual(numbers(10));
      }
      // No answer had room for more than one batch of a partition.
      expect(member.fetches).toBeGreaterThanOrEqual(10);
    },
  },
];
