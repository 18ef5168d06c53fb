import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { ContractCase } from '../../support/contract-case.js';
import { KEEPS_ALL, type CaseScope } from '../../support/case-scope.js';
import { linesOf, type Program } from '../../support/program.js';
import { Member } from '../kafkajs/member.js';
import { numbers } from '../numbers.js';
import { JavaTools } from './java-tools.js';

/** A case with the tools at hand. A start of the JVM takes longer than most of what it does: few and full cases. */
type JavaCase = Omit<ContractCase, 'run'> & { run(scope: CaseScope, java: JavaTools): Promise<void> };

/** What Kafka's own tools see. */
export function javaCases(jarsDir: string): readonly ContractCase[] {
  return CASES.map(({ run, ...rest }) => ({
    ...rest,
    run: (scope) => run(scope, new JavaTools(jarsDir, scope)),
  }));
}

const CASES: readonly JavaCase[] = [
  {
    name: 'kafka-topics creates, lists, describes and deletes',
    run: async (scope, java) => {
      const topic = scope.topicName();
      const settings = ['--partitions', '3', '--replication-factor', '1', '--config', 'retention.ms=3600000'];
      const created = await java.run('topics', ['--create', '--topic', topic, ...settings]);
      expect(created).toContain(`Created topic ${topic}.`);
      expect(linesOf(await java.run('topics', ['--list']))).toContain(topic);
      const described = await java.run('topics', ['--describe', '--topic', topic]);
      expect(described).toMatch(
        /PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: .*retention\.ms=3600000/,
      );
      const partitions = [
        ...described.matchAll(/Partition: (\d)\s+Leader: (\d+)\s+Replicas: (\d+)\s+Isr: (\d+)/g),
      ];
      expect(partitions.map(([, index]) => index)).toEqual(['0', '1', '2']);
      for (const [, , leader, replicas, isr] of partitions) expect([replicas, isr]).toEqual([leader, leader]);
      await java.run('topics', ['--delete', '--topic', topic]);
      expect(await scope.admin.listTopics()).not.toContain(topic);
    },
  },
  {
    name: 'kafka-topics adds partitions, and says why it cannot do what it cannot',
    run: async (scope, java) => {
      const topic = await scope.topic();
      await java.run('topics', ['--alter', '--topic', topic, '--partitions', '4']);
      await scope.ready(topic, 4);
      const refused = async (args: readonly string[]): Promise<string> => {
        const { code, stdout, stderr } = await java.attempt('topics', args);
        expect(code).toBe(1);
        return stdout + stderr;
      };
      expect(await refused(['--create', '--topic', topic])).toContain('TopicExistsException');
      expect(await refused(['--alter', '--topic', topic, '--partitions', '2'])).toContain(
        'InvalidPartitionsException',
      );
      const replicas = ['--replication-factor', '3'];
      expect(await refused(['--create', '--topic', scope.topicName(), ...replicas])).toContain(
        'InvalidReplicationFactorException',
      );
    },
  },
  {
    name: 'kafka-configs describes and changes the settings of a topic',
    run: async (scope, java) => {
      const topic = await scope.topic({ config: { 'retention.ms': '3600000' } });
      const entity = ['--entity-type', 'topics', '--entity-name', topic];
      expect(await java.run('configs', ['--describe', ...entity])).toContain('retention.ms=3600000');
      await java.run('configs', [
        '--alter',
        ...entity,
        '--add-config',
        'retention.ms=5000,max.message.bytes=2000',
      ]);
      const changed = await java.run('configs', ['--describe', ...entity]);
      expect(changed).toContain('retention.ms=5000');
      expect(changed).toContain('max.message.bytes=2000');
    },
  },
  {
    name: 'kafka-broker-api-versions and kafka-cluster learn who it is',
    run: async (scope, java) => {
      const versions = await java.run('apiVersions', []);
      expect(versions).toContain(scope.target.brokers);
      // Not one that the client and the broker have no version of in common, among those that we use.
      for (const api of ['Produce', 'Fetch', 'ListOffsets', 'Metadata', 'JoinGroup', 'InitProducerId']) {
        expect(versions).toMatch(new RegExp(`\\s${api}\\(\\d+\\): \\d.*\\[usable: \\d+\\]`));
      }
      const { clusterId } = await scope.admin.describeCluster();
      expect(await java.run('cluster', ['cluster-id'])).toContain(`Cluster ID: ${clusterId}`);
    },
  },
  {
    name: 'the console producer writes keys and headers, and the console consumer reads them with their times',
    run: async (scope, java) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      const properties = ['parse.key=true', 'parse.headers=true', 'key.separator=|', 'null.marker=NULL'];
      await java.run(
        'consoleProducer',
        ['--topic', topic, ...properties.flatMap((property) => ['--reader-property', property])],
        'h:1\ta|one\nh:2\tb|two\nh:3\tNULL|NULL\n',
      );
      await scope.producer.send({
        topic,
        messages: [{ key: 'c', value: 'three', timestamp: '1700000000000' }],
      });
      const prints = ['key', 'timestamp', 'headers', 'partition', 'offset'].map(
        (field) => `print.${field}=true`,
      );
      const output = await java.run('consoleConsumer', [
        ...['--topic', topic, '--from-beginning', '--max-messages', '4'],
        ...prints.flatMap((property) => ['--formatter-property', property]),
      ]);
      expect(linesOf(output).map((line) => line.replace(/^CreateTime:\d{13}/, 'then'))).toEqual([
        'then\tPartition:0\tOffset:0\th:1\ta\tone',
        'then\tPartition:0\tOffset:1\th:2\tb\ttwo',
        'then\tPartition:0\tOffset:2\th:3\tnull\tnull',
        'then\tPartition:0\tOffset:3\tNO_HEADERS\tc\tthree',
      ]);
      expect(output).toContain('CreateTime:1700000000000\tPartition:0\tOffset:3');
    },
  },
  {
    name: 'the console producer writes every compression, and the console consumer reads it',
    run: async (scope, java) => {
      const topic = await scope.topic();
      const codecs = ['gzip', 'snappy', 'lz4', 'zstd'];
      for (const codec of codecs) {
        const lines = numbers(50).map((n) => `${codec} ${n}\n`);
        await java.run('consoleProducer', ['--topic', topic, '--compression-codec', codec], lines.join(''));
      }
      const output = await java.run('consoleConsumer', [
        '--topic',
        topic,
        '--from-beginning',
        '--max-messages',
        '200',
      ]);
      expect(linesOf(output)).toEqual(codecs.flatMap((codec) => numbers(50).map((n) => `${codec} ${n}`)));
    },
  },
  {
    name: 'a console consumer in a group goes on where the group was',
    run: async (scope, java) => {
      const topic = await filled(scope, 6);
      const groupId = scope.groupId();
      const read = async (): Promise<readonly string[]> =>
        linesOf(
          await java.run('consoleConsumer', [
            ...['--topic', topic, '--group', groupId, '--from-beginning', '--max-messages', '3'],
          ]),
        );
      expect(await read()).toEqual(['0', '1', '2']);
      expect(await read()).toEqual(['3', '4', '5']);
    },
  },
  {
    name: 'the console producer makes no topic, and is told that there is none',
    run: async (scope, java) => {
      const topic = scope.topicName();
      const options = ['--topic', topic, '--command-property', 'max.block.ms=3000'];
      const { stdout, stderr } = await java.attempt('consoleProducer', options, 'v\n');
      expect(stdout + stderr).toContain(`Topic ${topic} not present in metadata`);
      expect(await scope.admin.listTopics()).not.toContain(topic);
    },
  },
  {
    name: 'kafka-consumer-groups lists and describes a group, with members and without',
    run: async (scope, java) => {
      const topic = await filled(scope, 5);
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId });
      await member.saw(5);
      const group = ['--group', groupId];
      expect(linesOf(await java.run('consumerGroups', ['--list']))).toContain(groupId);
      const members = await java.run('consumerGroups', ['--describe', ...group, '--members', '--verbose']);
      expect(members).toContain(member.memberId);
      expect(members).toContain(`${topic}:0`);
      expect(await java.run('consumerGroups', ['--describe', ...group, '--state'])).toMatch(/Stable\s+1/);
      await member.leave();
      await scope.producer.send({ topic, messages: [{ value: 'more' }] });
      const offsets = await java.run('consumerGroups', ['--describe', ...group]);
      expect(offsets).toMatch(new RegExp(`${groupId}\\s+${topic}\\s+0\\s+5\\s+6\\s+1`));
    },
  },
  {
    name: 'kafka-consumer-groups resets offsets, refuses to while there are members, and deletes the group',
    run: async (scope, java) => {
      const topic = await filled(scope, 5);
      const groupId = scope.groupId();
      const member = await Member.start(scope, { topic, groupId });
      await member.saw(5);
      const reset = (to: readonly string[]): Promise<string> =>
        java.run('consumerGroups', [
          '--reset-offsets',
          '--group',
          groupId,
          '--topic',
          topic,
          ...to,
          '--execute',
        ]);
      const { stdout, stderr } = await java.attempt('consumerGroups', ['--delete', '--group', groupId]);
      expect(stdout + stderr).toContain('GroupNotEmptyException');
      await member.leave();
      expect(await reset(['--to-earliest'])).toMatch(new RegExp(`${groupId}\\s+${topic}\\s+0\\s+0`));
      expect(await reset(['--to-offset', '3'])).toMatch(new RegExp(`${groupId}\\s+${topic}\\s+0\\s+3`));
      const again = await Member.start(scope, { topic, groupId });
      expect((await again.saw(2)).map((record) => record.offset)).toEqual([3, 4]);
      await again.leave();
      expect(await java.run('consumerGroups', ['--delete', '--group', groupId])).toContain('was successful');
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
      await java.run('consumerGroups', ['--delete-offsets', '--group', groupId, '--topic', topic]);
      const offsets = await scope.admin.fetchOffsets({ groupId });
      expect(offsets.map((found) => found.topic)).toEqual([other]);
    },
  },
  {
    name: 'kafka-get-offsets finds the end, the beginning, a time and the newest record; kafka-delete-records moves it',
    run: async (scope, java) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      for (const ms of [1_000, 5_000, 3_000]) {
        await scope.producer.send({ topic, messages: [{ value: 'v', timestamp: String(ms) }] });
      }
      const offset = async (time: string): Promise<string> =>
        (await java.run('getOffsets', ['--topic', topic, '--time', time])).trim();
      expect(await offset('latest')).toBe(`${topic}:0:3`);
      expect(await offset('max-timestamp')).toBe(`${topic}:0:1`);
      expect(await offset('1001')).toBe(`${topic}:0:1`);
      const folder = await mkdtemp(join(tmpdir(), 'fieldstream-contract-'));
      scope.defer(() => rm(folder, { recursive: true }));
      const file = join(folder, 'offsets.json');
      await writeFile(file, JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset: 2 }] }));
      const deleted = await java.run('deleteRecords', ['--offset-json-file', file]);
      expect(deleted).toMatch(new RegExp(`${topic}-0\\s+low_watermark: 2`));
      expect(await offset('earliest')).toBe(`${topic}:0:2`);
    },
  },
  {
    name: 'the verifiable producer and consumer account for each record',
    run: async (scope, java) => {
      const topic = await scope.topic({ partitions: 3 });
      const options = ['--topic', topic, '--max-messages', '1000', '--throughput', '-1', '--acks', '-1'];
      const produced = events(await java.run('verifiableProducer', options));
      const acked = produced.filter(({ name }) => name === 'producer_send_success');
      expect(acked).toHaveLength(1_000);
      expect(new Set(acked.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(1_000);
      const consumer = java.start('verifiableConsumer', [
        ...[
          '--topic',
          topic,
          '--group-id',
          scope.groupId(),
          '--reset-policy',
          'earliest',
          '--max-messages',
          '1000',
        ],
      ]);
      await consumer.until(() => consumed(consumer) === 1_000, 'all records');
      await consumer.stop();
      const committed = events(consumer.stdout).filter(({ name }) => name === 'offsets_committed');
      expect(committed.every(({ success }) => success)).toBe(true);
    },
  },
  {
    name: 'two verifiable consumers share a topic, and one inherits from the other when that is killed',
    run: async (scope, java) => {
      const topic = await scope.topic({ partitions: 4 });
      const groupId = scope.groupId();
      const options = ['--topic', topic, '--group-id', groupId, '--reset-policy', 'earliest'];
      const consumers = [0, 1].map(() =>
        java.start('verifiableConsumer', [
          ...options,
          '--session-timeout',
          '6000',
          '--group-protocol',
          'classic',
        ]),
      );
      const [victim, heir] = consumers as [Program, Program];
      await Promise.all(
        consumers.map((consumer) => consumer.until(() => assigned(consumer) === 2, 'two partitions')),
      );
      const send = (): Promise<unknown> =>
        scope.producer.send({
          topic,
          messages: numbers(40).map((n) => ({ partition: n % 4, value: String(n) })),
        });
      await send();
      await Promise.all(
        consumers.map((consumer) => consumer.until(() => consumed(consumer) === 20, '20 records')),
      );
      await victim.stop('SIGKILL');
      await heir.until(() => assigned(heir) === 4, 'four partitions');
      await send();
      await heir.until(() => consumed(heir) === 60, '60 records');
      await heir.stop();
    },
  },
  {
    name: 'the performance tools write and read 20,000 records',
    run: async (scope, java) => {
      const topic = await scope.topic({ partitions: 2 });
      const written = await java.run('producerPerformance', [
        ...['--topic', topic, '--num-records', '20000', '--record-size', '200', '--throughput', '-1'],
        ...['--command-property', 'enable.idempotence=true', 'compression.type=lz4'],
      ]);
      expect(written).toContain('20000 records sent');
      const groupId = scope.groupId();
      const read = await java.run('consumerPerformance', [
        ...['--topic', topic, '--num-records', '20000', '--timeout', '20000', '--group', groupId],
      ]);
      expect(read).toMatch(/, 20000, /);
    },
  },
];

interface ToolEvent {
  readonly name: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly count?: number;
  readonly success?: boolean;
  readonly partitions?: readonly unknown[];
}

/** The verifiable tools print a JSON object a line. */
function events(output: string): readonly ToolEvent[] {
  return linesOf(output)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ToolEvent);
}

function consumed(consumer: Program): number {
  const records = events(consumer.stdout).filter(({ name }) => name === 'records_consumed');
  return records.reduce((sum, { count = 0 }) => sum + count, 0);
}

/** Partitions that it has at present. */
function assigned(consumer: Program): number {
  const last = events(consumer.stdout).findLast(({ name }) => name.startsWith('partitions_'));
  return last?.name === 'partitions_assigned' ? (last.partitions?.length ?? 0) : 0;
}

async function filled(scope: CaseScope, count: number): Promise<string> {
  const topic = await scope.topic();
  await scope.producer.send({ topic, messages: numbers(count).map((n) => ({ value: String(n) })) });
  return topic;
}
