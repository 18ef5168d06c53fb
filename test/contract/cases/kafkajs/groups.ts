import { expect } from '@jest/globals';
import { AssignerProtocol } from 'kafkajs';
import { eventually } from '@fieldstream/testing';
import type { CaseScope } from '../../support/case-scope.js';
import { committed } from '../../support/committed.js';
import type { ContractCase } from '../../support/contract-case.js';
import { Member } from './member.js';
import { numbers, sorted } from '../numbers.js';

/** The shortest that Kafka allows. */
const SESSION_TIMEOUT_MS = 6_000;

/** Consumer groups: who gets what, when members come, leave and die, and what an admin sees of it. */
export const GROUP_CASES: readonly ContractCase[] = [
  {
    name: 'gives all partitions to a single member',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 4 });
      const member = await Member.start(scope, { topic, groupId: scope.groupId() });
      await member.joined([0, 1, 2, 3]);
    },
  },
  {
    name: 'shares partitions between two members; each record goes to one of them',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 4 });
      const members = await start(scope, topic, 2);
      await Promise.all(members.map((member) => member.joined(2)));
      expect(sorted(members.flatMap((member) => member.assigned ?? []))).toEqual([0, 1, 2, 3]);
      await sendToEach(scope, topic, 4, 10);
      await sawTogether(members, 40);
      for (const member of members) {
        expect(new Set(member.seen.map((r) => r.partition))).toEqual(new Set(member.assigned));
      }
    },
  },
  {
    name: 'shares partitions among three members that come one after the other',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 6 });
      const groupId = scope.groupId();
      const members: Member[] = [];
      for (const count of [1, 2, 3]) {
        members.push(await Member.start(scope, { topic, groupId }));
        await Promise.all(members.map((member) => member.joined(6 / count)));
        expect(sorted(members.flatMap((member) => member.assigned ?? []))).toEqual(numbers(6));
      }
      await sendToEach(scope, topic, 6, 5);
      await sawTogether(members, 30);
    },
  },
  {
    name: 'leaves a member without partitions where there are more members than partitions',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      const members = await start(scope, topic, 3);
      await eventually(
        () => {
          const counts = members.map((member) => member.assigned?.length ?? -1);
          return JSON.stringify(sorted(counts)) === '[0,1,1]';
        },
        { what: 'one member without partitions', timeoutMs: 30_000 },
      );
    },
  },
  {
    name: 'gives the partitions of a member that leaves to the other',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 4 });
      const [first, second] = await start(scope, topic, 2);
      await Promise.all([first?.joined(2), second?.joined(2)]);
      await first?.leave();
      await second?.joined([0, 1, 2, 3]);
      await sendToEach(scope, topic, 4, 3);
      await second?.saw(12);
    },
  },
  {
    name: 'gives the partitions of a killed member to the other, behind what it had committed',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      const [victim, heir] = await start(scope, topic, 2, { sessionTimeout: SESSION_TIMEOUT_MS });
      if (!victim || !heir) throw new Error('two members were started');
      await Promise.all([victim.joined(1), heir.joined(1)]);
      await sendToEach(scope, topic, 2, 5);
      await Promise.all([victim.saw(5), heir.saw(5)]);
      await committed(scope, victim.groupId, topic, 10);
      await victim.kill();
      await sendToEach(scope, topic, 2, 5);
      await heir.joined([0, 1]);
      const records = await heir.saw(15);
      const inherited = records.filter((record) => record.partition === victim.assigned?.[0]);
      expect(inherited.map((record) => record.offset)).toEqual([5, 6, 7, 8, 9]);
    },
  },
  {
    name: 'loses and repeats nothing committed when a member joins in mid-stream',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 4 });
      const groupId = scope.groupId();
      const first = await Member.start(scope, { topic, groupId });
      await sendToEach(scope, topic, 4, 15);
      await first.saw(60);
      await committed(scope, groupId, topic, 60);
      const second = await Member.start(scope, { topic, groupId });
      await Promise.all([first.joined(2), second.joined(2)]);
      await sendToEach(scope, topic, 4, 15);
      await sawTogether([first, second], 120);
    },
  },
  {
    name: 'does not let an admin set the offsets of a group with members',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId, autoCommit: false });
      await member.joined([0]);
      const setting = scope.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '0' }] });
      await expect(setting).rejects.toThrow('The consumer group must have no running instances');
    },
  },
  {
    name: 'lists and describes a group with its member',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId });
      await member.joined([0, 1]);
      const { groups: listed } = await scope.admin.listGroups();
      expect(listed).toContainEqual({ groupId, protocolType: 'consumer' });
      const { groups } = await scope.admin.describeGroups([groupId]);
      expect(groups).toHaveLength(1);
      expect(groups[0]).toMatchObject({
        groupId,
        state: 'Stable',
        protocolType: 'consumer',
        protocol: 'RoundRobinAssigner',
        members: [{ memberId: member.memberId, clientId: 'contract', clientHost: '/127.0.0.1' }],
      });
      const [described] = groups[0]?.members ?? [];
      if (!described) throw new Error('the group has a member');
      expect(AssignerProtocol.MemberMetadata.decode(described.memberMetadata)?.topics).toEqual([topic]);
      const assignment = AssignerProtocol.MemberAssignment.decode(described.memberAssignment)?.assignment;
      expect(assignment?.[topic]?.sort()).toEqual([0, 1]);
    },
  },
  {
    name: 'calls a group Empty when its last member has left, and Dead when there is none of that name',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId });
      await member.joined([0]);
      await member.leave();
      const unknown = scope.name('group');
      const { groups } = await scope.admin.describeGroups([groupId, unknown]);
      expect(new Map(groups.map((group) => [group.groupId, [group.state, group.members]]))).toEqual(
        new Map([
          [groupId, ['Empty', []]],
          [unknown, ['Dead', []]],
        ]),
      );
    },
  },
  {
    name: 'refuses to delete a group with members; deletes it with its offsets when they have left',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId, autoCommit: false });
      await member.joined([0]);
      await member.consumer.commitOffsets([{ topic, partition: 0, offset: '0' }]);
      await expect(scope.admin.deleteGroups([groupId])).rejects.toMatchObject({
        groups: [{ groupId, errorCode: 68 }],
      });
      await member.leave();
      expect(await scope.admin.deleteGroups([groupId])).toMatchObject([{ groupId, errorCode: 0 }]);
      const { groups } = await scope.admin.listGroups();
      expect(groups.map((group) => group.groupId)).not.toContain(groupId);
      const [found] = await scope.admin.fetchOffsets({ groupId, topics: [topic] });
      expect(found?.partitions.map((partition) => partition.offset)).toEqual(['-1']);
    },
  },
  {
    name: 'says that it cannot delete a group that is not there',
    run: async (scope) => {
      const groupId = scope.name('group');
      await expect(scope.admin.deleteGroups([groupId])).rejects.toMatchObject({
        groups: [{ groupId, errorCode: 69 }],
      });
    },
  },
  {
    name: 'forgets the offsets of a topic that is deleted',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      await sendToEach(scope, topic, 1, 3);
      const member = await Member.start(scope, { topic, groupId });
      await member.saw(3);
      await member.leave();
      await scope.admin.deleteTopics({ topics: [topic] });
      await eventually(async () => (await scope.admin.fetchOffsets({ groupId })).length === 0, {
        what: 'the offsets of the deleted topic to go',
      });
    },
  },
  {
    name: 'gives a member partitions that were added to the topic',
    run: async (scope) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      const first = await Member.start(scope, { topic, groupId, metadataMaxAge: 500 });
      await first.joined([0]);
      await scope.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      await first.joined([0, 1, 2]);
    },
  },
];

async function start(
  scope: CaseScope,
  topic: string,
  count: number,
  options: { sessionTimeout?: number } = {},
): Promise<Member[]> {
  const groupId = scope.groupId();
  return Promise.all(numbers(count).map(() => Member.start(scope, { topic, groupId, ...options })));
}

async function sendToEach(scope: CaseScope, topic: string, partitions: number, count: number): Promise<void> {
  await scope.producer.send({
    topic,
    messages: numbers(count).flatMap((n) =>
      numbers(partitions).map((partition) => ({ partition, value: String(n) })),
    ),
  });
}

/** Resolves when the members have seen so many records between them. @throws where one was seen twice */
async function sawTogether(members: readonly Member[], count: number): Promise<void> {
  const seen = (): string[] =>
    members.flatMap((member) => member.seen.map((r) => `${r.partition}/${r.offset}`));
  await eventually(
    () => {
      if (seen().length < count) throw new Error(`${seen().length} of ${count} records came`);
    },
    { what: 'the records', timeoutMs: 20_000, everyMs: 10 },
  );
  expect(new Set(seen()).size).toBe(count);
  expect(seen()).toHaveLength(count);
}
