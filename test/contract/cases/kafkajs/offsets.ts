import { expect } from '@jest/globals';
import { CompressionTypes } from 'kafkajs';
import type { ContractCase } from '../../support/contract-case.js';
import { KEEPS_ALL, type CaseScope } from '../../support/case-scope.js';
import { Member } from './member.js';
import { numbers } from '../numbers.js';

/** Where reading starts, and what a group remembers of it. */
export const OFFSET_CASES: readonly ContractCase[] = [
  {
    name: 'tells the first and the next offset of each partition',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      await send(scope, topic, 5);
      expect(byPartition(await scope.admin.fetchTopicOffsets(topic))).toEqual([
        { partition: 0, offset: '5', high: '5', low: '0' },
        { partition: 1, offset: '0', high: '0', low: '0' },
      ]);
    },
  },
  {
    name: 'finds the first record at or after a time; the end where there is none',
    run: async (scope) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      await scope.producer.send({
        topic,
        messages: [1000, 2000, 3000].map((ms) => ({ value: String(ms), timestamp: String(ms) })),
      });
      await scope.producer.send({ topic, messages: [{ value: '4000', timestamp: '4000' }] });
      const offsets = await Promise.all(
        [0, 1000, 1001, 3000, 3001, 4000, 4001].map(async (ms) => {
          const [found] = await scope.admin.fetchTopicOffsetsByTimestamp(topic, ms);
          return Number(found?.offset);
        }),
      );
      expect(offsets).toEqual([0, 0, 1, 2, 3, 3, 4]);
    },
  },
  {
    name: 'finds by time in records that are not in the order of time',
    run: async (scope) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      for (const ms of [5000, 1000, 7000, 2000]) {
        await scope.producer.send({ topic, messages: [{ value: String(ms), timestamp: String(ms) }] });
      }
      const offsets = await Promise.all(
        [1000, 5001, 7001].map(async (ms) =>
          Number((await scope.admin.fetchTopicOffsetsByTimestamp(topic, ms))[0]?.offset),
        ),
      );
      expect(offsets).toEqual([0, 2, 4]);
    },
  },
  {
    name: 'finds by time inside of a compressed batch',
    run: async (scope) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      await scope.producer.send({
        topic,
        compression: CompressionTypes.GZIP,
        messages: numbers(20).map((n) => ({ value: String(n), timestamp: String(1_000 + n) })),
      });
      const [found] = await scope.admin.fetchTopicOffsetsByTimestamp(topic, 1_013);
      expect(found?.offset).toBe('13');
    },
  },
  {
    name: 'starts a new group at the end where it is told to',
    run: async (scope) => {
      const topic = await scope.topic();
      await send(scope, topic, 3);
      const member = await Member.start(scope, { topic, groupId: scope.groupId(), fromBeginning: false });
      await member.joined([0]);
      await member.fetched();
      await send(scope, topic, 1);
      expect((await member.saw(1)).map((record) => record.offset)).toEqual([3]);
    },
  },
  {
    name: 'reads from where a consumer seeks to',
    run: async (scope) => {
      const topic = await scope.topic();
      await send(scope, topic, 10);
      const member = await Member.start(scope, { topic, groupId: scope.groupId() });
      await member.saw(10);
      member.consumer.seek({ topic, partition: 0, offset: '7' });
      expect((await member.saw(13)).slice(10).map((record) => record.offset)).toEqual([7, 8, 9]);
    },
  },
  ...(
    [
      ['the first record', true, 0],
      ['the end', false, 5],
    ] as const
  ).map(([what, fromBeginning, expected]) => ({
    name: `answers OFFSET_OUT_OF_RANGE, so that a consumer goes to ${what}`,
    run: async (scope: CaseScope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      await send(scope, topic, 5);
      await commit(scope, groupId, topic, 1000);
      const member = await Member.start(scope, { topic, groupId, fromBeginning });
      await member.fetched();
      await send(scope, topic, 1);
      const [first] = await member.saw(1);
      expect(first?.offset).toBe(expected);
    },
  })),
  {
    name: 'goes on behind what a group has committed',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      const groupId = scope.groupId();
      await send(scope, topic, 6);
      const first = await Member.start(scope, { topic, groupId });
      await first.saw(6);
      await first.leave();
      expect(await committed(scope, groupId, topic)).toEqual(['6', '-1']);
      await send(scope, topic, 2);
      const second = await Member.start(scope, { topic, groupId });
      expect((await second.saw(2)).map((record) => record.offset)).toEqual([6, 7]);
    },
  },
  {
    name: 'gives again what was not committed',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      await send(scope, topic, 4);
      const first = await Member.start(scope, { topic, groupId, autoCommit: false });
      await first.saw(4);
      await first.consumer.commitOffsets([{ topic, partition: 0, offset: '2' }]);
      await first.leave();
      const second = await Member.start(scope, { topic, groupId });
      expect((await second.saw(2)).map((record) => record.offset)).toEqual([2, 3]);
    },
  },
  {
    name: 'keeps the metadata of a committed offset',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId, autoCommit: false });
      await member.joined([0]);
      await member.consumer.commitOffsets([{ topic, partition: 0, offset: '0', metadata: 'by hand' }]);
      const [found] = await scope.admin.fetchOffsets({ groupId, topics: [topic] });
      expect(found?.partitions).toEqual([{ partition: 0, offset: '0', metadata: 'by hand' }]);
    },
  },
  {
    name: 'keeps apart what two groups have committed, and gives both every record',
    run: async (scope) => {
      const topic = await scope.topic();
      const [one, two] = [scope.groupId(), scope.groupId()];
      await send(scope, topic, 3);
      await (await Member.start(scope, { topic, groupId: one })).saw(3);
      await commit(scope, two, topic, 1);
      await (await Member.start(scope, { topic, groupId: two })).saw(2);
    },
  },
  {
    name: 'sets the offsets of a group without members; it starts there',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      await send(scope, topic, 5);
      await scope.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '3' }] });
      expect(await committed(scope, groupId, topic)).toEqual(['3']);
      const member = await Member.start(scope, { topic, groupId });
      expect((await member.saw(2)).map((record) => record.offset)).toEqual([3, 4]);
    },
  },
  {
    name: 'resets the offsets of a group to the beginning',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      await send(scope, topic, 3);
      const first = await Member.start(scope, { topic, groupId });
      await first.saw(3);
      await first.leave();
      await scope.admin.resetOffsets({ groupId, topic, earliest: true });
      const second = await Member.start(scope, { topic, groupId });
      expect((await second.saw(3)).map((record) => record.offset)).toEqual([0, 1, 2]);
    },
  },
  {
    name: 'tells all topics that a group has offsets of, and -1 where it has none',
    run: async (scope) => {
      const [topic, other] = [await scope.topic(), await scope.topic({ partitions: 2 })];
      const groupId = scope.groupId();
      await commit(scope, groupId, topic, 0);
      const all = await scope.admin.fetchOffsets({ groupId });
      expect(all).toEqual([{ topic, partitions: [{ partition: 0, offset: '0', metadata: null }] }]);
      expect(await committed(scope, groupId, other)).toEqual(['-1', '-1']);
    },
  },
  {
    name: 'deletes records before an offset: the beginning moves, the rest is as it was',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      await send(scope, topic, 10);
      await scope.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
      expect(byPartition(await scope.admin.fetchTopicOffsets(topic))).toEqual([
        { partition: 0, offset: '10', high: '10', low: '4' },
        { partition: 1, offset: '0', high: '0', low: '0' },
      ]);
      const member = await Member.start(scope, { topic, groupId: scope.groupId() });
      const records = await member.saw(6);
      expect(records.map((record) => record.offset)).toEqual([4, 5, 6, 7, 8, 9]);
      expect(records.map((record) => record.value)).toEqual(numbers(10).slice(4).map(String));
    },
  },
  {
    name: 'deletes all records of a partition for offset -1; the next one gets the next offset',
    run: async (scope) => {
      const topic = await scope.topic();
      await send(scope, topic, 3);
      await scope.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] });
      const [offsets] = await scope.admin.fetchTopicOffsets(topic);
      expect(offsets).toEqual({ partition: 0, offset: '3', high: '3', low: '3' });
      await send(scope, topic, 1);
      const member = await Member.start(scope, { topic, groupId: scope.groupId() });
      expect((await member.saw(1)).map((record) => record.offset)).toEqual([3]);
    },
  },
];

/** Sends records "0", "1", … to partition 0, one batch for all. */
async function send(scope: CaseScope, topic: string, count: number): Promise<void> {
  await scope.producer.send({
    topic,
    messages: numbers(count).map((n) => ({ value: String(n), partition: 0 })),
  });
}

/** As a member of the group, because kafkajs's setOffsets takes five seconds. */
async function commit(scope: CaseScope, groupId: string, topic: string, offset: number): Promise<void> {
  const member = await Member.start(scope, { topic, groupId, autoCommit: false });
  await member.joined([0]);
  await member.consumer.commitOffsets([{ topic, partition: 0, offset: String(offset) }]);
  await member.leave();
}

async function committed(scope: CaseScope, groupId: string, topic: string): Promise<string[]> {
  const [found] = await scope.admin.fetchOffsets({ groupId, topics: [topic] });
  return byPartition(found?.partitions ?? []).map((partition) => partition.offset);
}

function byPartition<P extends { partition: number }>(partitions: readonly P[]): P[] {
  return [...partitions].sort((a, b) => a.partition - b.partition);
}
