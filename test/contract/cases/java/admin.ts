import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { KEEPS_ALL, type CaseScope } from '../../support/case-scope.js';
import { linesOf } from '../../support/program.js';
import { Member } from '../kafkajs/member.js';
import { numbers } from '../numbers.js';
import type { JavaCase } from './java-tools.js';

/** What an operator does with Kafka's own tools. */
export const ADMIN_TOOL_CASES: readonly JavaCase[] = [
  {
    name: 'kafka-topics creates, lists, describes and deletes',
    run: async (scope, java) => {
      const topic = scope.topicName();
      const settings = '--partitions 3 --replication-factor 1 --config retention.ms=3600000';
      const created = await java.run('topics', `--create --topic ${topic} ${settings}`);
      expect(created).toContain(`Created topic ${topic}.`);
      expect(linesOf(await java.run('topics', '--list'))).toContain(topic);
      const described = await java.run('topics', `--describe --topic ${topic}`);
      expect(described).toMatch(
        /PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: .*retention\.ms=3600000/,
      );
      const partitions = [
        ...described.matchAll(/Partition: (\d)\s+Leader: (\d+)\s+Replicas: (\d+)\s+Isr: (\d+)/g),
      ];
      expect(partitions.map(([, index]) => index)).toEqual(['0', '1', '2']);
      for (const [, , leader, replicas, isr] of partitions) expect([replicas, isr]).toEqual([leader, leader]);
      await java.run('topics', `--delete --topic ${topic}`);
      await eventually(async () => !(await scope.admin.listTopics()).includes(topic), {
        what: 'the topic to go',
      });
    },
  },
  {
    name: 'kafka-topics adds partitions, and says why it cannot do what it cannot',
    run: async (scope, java) => {
      const topic = await scope.topic();
      await java.run('topics', `--alter --topic ${topic} --partitions 4`);
      await scope.ready(topic, 4);
      for (const [commandLine, reason] of [
        [`--create --topic ${topic}`, 'TopicExistsException'],
        [`--alter --topic ${topic} --partitions 2`, 'InvalidPartitionsException'],
        [`--create --topic ${scope.topicName()} --replication-factor 3`, 'InvalidReplicationFactorException'],
      ] as const) {
        const { code, stdout, stderr } = await java.attempt('topics', commandLine);
        expect(code).toBe(1);
        expect(stdout + stderr).toContain(reason);
      }
    },
  },
  {
    name: 'kafka-configs describes and changes the settings of a topic',
    run: async (scope, java) => {
      const topic = await scope.topic({ config: { 'retention.ms': '3600000' } });
      const entity = `--entity-type topics --entity-name ${topic}`;
      expect(await java.run('configs', `--describe ${entity}`)).toContain('retention.ms=3600000');
      await java.run('configs', `--alter ${entity} --add-config retention.ms=5000,max.message.bytes=2000`);
      const changed = await java.run('configs', `--describe ${entity}`);
      expect(changed).toContain('retention.ms=5000');
      expect(changed).toContain('max.message.bytes=2000');
    },
  },
  {
    name: 'kafka-broker-api-versions and kafka-cluster learn who it is',
    run: async (scope, java) => {
      const versions = await java.run('apiVersions', '');
      expect(versions).toContain(scope.target.brokers);
      // Each has a version that the tools speak too.
      for (const api of ['Produce', 'Fetch', 'ListOffsets', 'Metadata', 'JoinGroup', 'InitProducerId']) {
        expect(versions).toMatch(new RegExp(`\\s${api}\\(\\d+\\): \\d.*\\[usable: \\d+\\]`));
      }
      const { clusterId } = await scope.admin.describeCluster();
      expect(await java.run('cluster', 'cluster-id')).toContain(`Cluster ID: ${clusterId}`);
    },
  },
  {
    name: 'kafka-consumer-groups lists and describes a group, with members and without',
    run: async (scope, java) => {
      const topic = await filled(scope, 5);
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId });
      await member.saw(5);
      const describe = (more: string): Promise<string> =>
        java.run('consumerGroups', `--describe --group ${groupId} ${more}`);
      expect(linesOf(await java.run('consumerGroups', '--list'))).toContain(groupId);
      const members = await describe('--members --verbose');
      expect(members).toContain(member.memberId);
      expect(members).toContain(`${topic}:0`);
      expect(await describe('--state')).toMatch(/Stable\s+1/);
      await member.leave();
      await scope.producer.send({ topic, messages: [{ value: 'more' }] });
      expect(await describe('')).toMatch(new RegExp(`${groupId}\\s+${topic}\\s+0\\s+5\\s+6\\s+1`));
    },
  },
  {
    name: 'kafka-consumer-groups resets offsets, refuses to delete a group with members, and deletes one without',
    run: async (scope, java) => {
      const topic = await filled(scope, 5);
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId });
      await member.saw(5);
      const reset = (to: string): Promise<string> =>
        java.run('consumerGroups', `--reset-offsets --group ${groupId} --topic ${topic} ${to} --execute`);
      const { stdout, stderr } = await java.attempt('consumerGroups', `--delete --group ${groupId}`);
      expect(stdout + stderr).toContain('GroupNotEmptyException');
      await member.leave();
      expect(await reset('--to-earliest')).toMatch(new RegExp(`${groupId}\\s+${topic}\\s+0\\s+0`));
      expect(await reset('--to-offset 3')).toMatch(new RegExp(`${groupId}\\s+${topic}\\s+0\\s+3`));
      const again = await Member.start(scope, { topic, groupId });
      expect((await again.saw(2)).map((record) => record.offset)).toEqual([3, 4]);
      await again.leave();
      expect(await java.run('consumerGroups', `--delete --group ${groupId}`)).toContain('was successful');
      const { groups } = await scope.admin.listGroups();
      expect(groups.map((group) => group.groupId)).not.toContain(groupId);
    },
  },
  {
    name: 'kafka-consumer-groups deletes the offsets of one topic',
    run: async (scope, java) => {
      const [topic, other] = [await filled(scope, 1), await filled(scope, 1)];
      const groupId = scope.groupId();
      for (const name of [topic, other]) {
        const member = await Member.start(scope, { topic: name, groupId });
        await member.saw(1);
        await member.leave();
      }
      await java.run('consumerGroups', `--delete-offsets --group ${groupId} --topic ${topic}`);
      const offsets = await scope.admin.fetchOffsets({ groupId });
      expect(offsets.map((found) => found.topic)).toEqual([other]);
    },
  },
  {
    name: 'kafka-get-offsets finds end, beginning, a time and the newest record; kafka-delete-records moves the beginning',
    run: async (scope, java) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      for (const ms of [1_000, 5_000, 3_000]) {
        await scope.producer.send({ topic, messages: [{ value: 'v', timestamp: String(ms) }] });
      }
      const offset = async (time: string): Promise<string> =>
        (await java.run('getOffsets', `--topic ${topic} --time ${time}`)).trim();
      expect(await offset('latest')).toBe(`${topic}:0:3`);
      expect(await offset('max-timestamp')).toBe(`${topic}:0:1`);
      expect(await offset('1001')).toBe(`${topic}:0:1`);
      const folder = await mkdtemp(join(tmpdir(), 'fieldstream-contract-'));
      scope.defer(() => rm(folder, { recursive: true }));
      const file = join(folder, 'offsets.json');
      await writeFile(file, JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset: 2 }] }));
      const deleted = await java.run('deleteRecords', `--offset-json-file ${file}`);
      expect(deleted).toMatch(new RegExp(`${topic}-0\\s+low_watermark: 2`));
      expect(await offset('earliest')).toBe(`${topic}:0:2`);
    },
  },
];

async function filled(scope: CaseScope, count: number): Promise<string> {
  const topic = await scope.topic();
  await scope.producer.send({ topic, messages: numbers(count).map((n) => ({ value: String(n) })) });
  return topic;
}
