import { expect } from '@jest/globals';
import { KEEPS_ALL, type CaseScope } from '../../support/case-scope.js';
import type { ContractCase } from '../../support/contract-case.js';
import { removeStaticMembers } from '../../raw/group-requests.js';
import { RawConnection } from '../../raw/raw-connection.js';
import { ERROR } from '../../raw/protocol-numbers.js';
import { readAll } from '../kafkajs/member.js';
import { numbers, sorted } from '../numbers.js';
import { consumeAll, kcat, KcatMember, tryKcat } from './kcat.js';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

/** What librdkafka sees, by its command-line tool. */
export const KCAT_CASES: readonly ContractCase[] = [
  {
    name: 'lists broker, topic and partitions',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 3 });
      const listed = JSON.parse(await kcat(scope, ['-L', '-J', '-t', topic])) as {
        brokers: { name: string }[];
        topics: { topic: string; partitions: { partition: number; leader: number }[] }[];
      };
      expect(listed.brokers.map(({ name }) => name)).toEqual([scope.target.brokers]);
      expect(listed.topics.map((found) => [found.topic, found.partitions.length])).toEqual([[topic, 3]]);
    },
  },
  {
    name: 'writes and reads records with keys, and with null for empty',
    run: async (scope) => {
      const topic = await scope.topic();
      await kcat(scope, ['-P', '-t', topic, '-K', ':', '-Z'], 'a:1\nb:2\nc:\n:4\n');
      expect(await consumeAll(scope, topic, '%o %K %k %S %s\n')).toEqual([
        '0 1 a 1 1',
        '1 1 b 1 2',
        '2 1 c -1 ',
        '3 -1  1 4',
      ]);
    },
  },
  {
    name: 'puts a key into one partition, the one that kafkajs reads it from',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 5 });
      const lines = numbers(40).map((n) => `key-${n % 8}:${n}`);
      await kcat(scope, ['-P', '-t', topic, '-K', ':'], `${lines.join('\n')}\n`);
      const records = await readAll(scope, topic, 40);
      for (const key of numbers(8).map((n) => `key-${n}`)) {
        const own = records.filter((record) => record.key === key);
        expect(new Set(own.map((record) => record.partition)).size).toBe(1);
        const sent = lines.filter((line) => line.startsWith(`${key}:`)).map((line) => line.split(':')[1]);
        expect(own.map((record) => record.value)).toEqual(sent);
      }
    },
  },
  {
    name: 'writes and reads headers, its own and those of kafkajs',
    run: async (scope) => {
      const topic = await scope.topic();
      await kcat(scope, ['-P', '-t', topic, '-H', 'one=1', '-H', 'two=zwei'], 'v\n');
      await scope.producer.send({ topic, messages: [{ value: 'w', headers: { three: 'drei' } }] });
      expect(await consumeAll(scope, topic, '%s %h\n')).toEqual(['v one=1,two=zwei', 'w three=drei']);
    },
  },
  ...CODECS.map((codec) => ({
    name: `writes and reads records compressed with ${codec}`,
    run: async (scope: CaseScope) => {
      const topic = await scope.topic();
      const lines = numbers(500).map((n) => `${n} ${'wide '.repeat(20)}`);
      await kcat(scope, ['-P', '-t', topic, '-z', codec, '-X', 'linger.ms=50'], `${lines.join('\n')}\n`);
      expect(await consumeAll(scope, topic)).toEqual(lines);
    },
  })),
  {
    name: 'reads from an offset inside of a compressed batch',
    run: async (scope) => {
      const topic = await scope.topic();
      const lines = `${numbers(100).join('\n')}\n`;
      await kcat(scope, ['-P', '-t', topic, '-z', 'lz4', '-X', 'linger.ms=100'], lines);
      const stdout = await kcat(scope, ['-C', '-t', topic, '-o', '95', '-e', '-q', '-f', '%o %s\n']);
      expect(stdout).toBe('95 95\n96 96\n97 97\n98 98\n99 99\n');
    },
  },
  {
    name: "writes gzip that kafkajs reads, and reads kafkajs's",
    run: async (scope) => {
      const topic = await scope.topic();
      await kcat(scope, ['-P', '-t', topic, '-z', 'gzip', '-X', 'linger.ms=50'], 'a\nb\n');
      await scope.producer.send({ topic, compression: 1, messages: [{ value: 'c' }, { value: 'd' }] });
      expect(await consumeAll(scope, topic)).toEqual(['a', 'b', 'c', 'd']);
      expect((await readAll(scope, topic, 4)).map((record) => record.value)).toEqual(['a', 'b', 'c', 'd']);
    },
  },
  ...(
    [
      ['-2', ['8', '9']],
      ['7', ['7', '8', '9']],
      ['s@1008', ['8', '9']],
    ] as const
  ).map(([offset, expected]) => ({
    name: `starts where it is told to: ${offset}`,
    run: async (scope: CaseScope) => {
      const topic = await timed(scope);
      const stdout = await kcat(scope, ['-C', '-t', topic, '-p', '0', '-o', offset, '-e', '-q']);
      expect(stdout).toBe(`${expected.join('\n')}\n`);
    },
  })),
  {
    name: 'asks for offsets by time',
    run: async (scope) => {
      const topic = await timed(scope);
      for (const [ms, offset] of [
        [0, 0],
        [1_004, 4],
        [1_009, 9],
        [5_000, -1],
        [-1, 10],
        [-2, 0],
      ]) {
        expect(await kcat(scope, ['-Q', '-t', `${topic}:0:${ms}`])).toBe(`${topic} [0] offset ${offset}\n`);
      }
    },
  },
  {
    name: 'tells that an offset is out of range',
    run: async (scope) => {
      const topic = await timed(scope);
      const settings = ['-X', 'auto.offset.reset=error', '-X', 'topic.auto.offset.reset=error'];
      const { code, stderr } = await tryKcat(scope, [
        '-C',
        ...settings,
        '-t',
        topic,
        '-p',
        '0',
        '-o',
        '500',
        '-e',
      ]);
      expect(stderr).toContain('Offset out of range');
      expect(code).not.toBe(0);
    },
  },
  ...['0', '1', 'all'].map((acks) => ({
    name: `is answered with acks=${acks}`,
    run: async (scope: CaseScope) => {
      const topic = await scope.topic();
      await kcat(scope, ['-P', '-t', topic, '-X', `acks=${acks}`], 'a\nb\nc\n');
      expect(await consumeAll(scope, topic)).toEqual(['a', 'b', 'c']);
    },
  })),
  {
    name: 'writes many records idempotently: each once, in order',
    run: async (scope) => {
      const topic = await scope.topic();
      const lines = numbers(5_000).map(String);
      const settings = ['enable.idempotence=true', 'batch.num.messages=100', 'linger.ms=1'];
      const options = settings.flatMap((setting) => ['-X', setting]);
      await kcat(scope, ['-P', '-t', topic, ...options], `${lines.join('\n')}\n`);
      expect(await consumeAll(scope, topic)).toEqual(lines);
    },
  },
  {
    name: 'is refused a record that is too large',
    run: async (scope) => {
      const topic = await scope.topic({ config: { 'max.message.bytes': '3000' } });
      const { code, stderr } = await tryKcat(scope, ['-P', '-t', topic], `${'x'.repeat(5_000)}\n`);
      expect(code).not.toBe(0);
      expect(stderr).toContain('Message size too large');
      expect(await consumeAll(scope, topic)).toEqual([]);
    },
  },
  {
    name: 'finds no topic where there is none, and makes none',
    run: async (scope) => {
      const topic = scope.topicName();
      expect(await kcat(scope, ['-L', '-t', topic])).toContain('Unknown topic or partition');
      const reading = await tryKcat(scope, ['-C', '-t', topic, '-e', '-X', 'allow.auto.create.topics=true']);
      expect(reading.code).not.toBe(0);
      expect(reading.stderr).toContain('Unknown topic or partition');
      expect(await scope.admin.listTopics()).not.toContain(topic);
    },
  },
  {
    name: 'goes on in a group behind what it had committed when it ended',
    run: async (scope) => {
      const topic = await timed(scope);
      const groupId = scope.groupId();
      const read = (): Promise<string> =>
        kcat(scope, ['-X', 'auto.offset.reset=earliest', '-c', '5', '-q', '-f', '%o ', '-G', groupId, topic]);
      expect(await read()).toBe('0 1 2 3 4 ');
      expect(await read()).toBe('5 6 7 8 9 ');
    },
  },
  ...['range', 'cooperative-sticky'].map((strategy) => ({
    name: `shares partitions between two members (${strategy}), and inherits those of one that left`,
    run: async (scope: CaseScope) => {
      const topic = await scope.topic({ partitions: 4 });
      const groupId = scope.groupId();
      const settings = [`partition.assignment.strategy=${strategy}`];
      const first = KcatMember.start(scope, { groupId, topic, settings });
      await first.joined(4);
      const second = KcatMember.start(scope, { groupId, topic, settings });
      await Promise.all([first.joined(2), second.joined(2)]);
      expect(sorted([...first.assigned, ...second.assigned])).toEqual([0, 1, 2, 3]);
      await toEach(scope, topic, 4, 5);
      const [mine, theirs] = await Promise.all([first.saw(10), second.saw(10)]);
      expect(new Set([...mine, ...theirs]).size).toBe(20);
      await first.leave();
      await second.joined(4);
      await toEach(scope, topic, 4, 1);
      expect(new Set((await second.saw(14)).slice(10)).size).toBe(4);
    },
  })),
  {
    name: 'inherits the partitions of a member that was killed',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      const groupId = scope.groupId();
      const [victim, heir] = [
        KcatMember.start(scope, { groupId, topic }),
        KcatMember.start(scope, { groupId, topic }),
      ];
      await Promise.all([victim.joined(1), heir.joined(1)]);
      await victim.kill();
      await heir.joined(2);
      await toEach(scope, topic, 2, 3);
      await heir.saw(6);
    },
  },
  {
    name: 'comes back under its own name without a rebalance (static membership)',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      const groupId = scope.groupId();
      const settings = (name: string): string[] => [`group.instance.id=${name}`];
      const stays = KcatMember.start(scope, { groupId, topic, settings: settings('stays') });
      const goes = KcatMember.start(scope, { groupId, topic, settings: settings('goes') });
      await Promise.all([stays.joined(1), goes.joined(1)]);
      const before = goes.assigned;
      await goes.kill();
      const back = KcatMember.start(scope, { groupId, topic, settings: settings('goes') });
      await back.joined(1);
      expect(back.assigned).toEqual(before);
      expect(stays.assigned).toHaveLength(1);
      // Static members do not leave when they end; an admin can remove them.
      await Promise.all([stays.leave(), back.leave()]);
      const connection = await RawConnection.open(scope);
      expect(await connection.ask(removeStaticMembers(groupId, ['stays', 'goes', 'nobody']))).toEqual([
        ERROR.none,
        ERROR.none,
        ERROR.unknownMemberId,
      ]);
      const { groups } = await scope.admin.describeGroups([groupId]);
      expect(groups.map(({ state }) => state)).toEqual(['Empty']);
    },
  },
];

/** A topic with records "0" to "9" of the times 1,000 to 1,009. */
async function timed(scope: CaseScope): Promise<string> {
  const topic = await scope.topic({ config: KEEPS_ALL });
  await scope.producer.send({
    topic,
    messages: numbers(10).map((n) => ({ value: String(n), timestamp: String(1_000 + n) })),
  });
  return topic;
}

async function toEach(scope: CaseScope, topic: string, partitions: number, count: number): Promise<void> {
  await scope.producer.send({
    topic,
    messages: numbers(count).flatMap((n) =>
      numbers(partitions).map((partition) => ({ partition, value: String(n) })),
    ),
  });
}
