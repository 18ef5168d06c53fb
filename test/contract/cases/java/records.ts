import { expect } from '@jest/globals';
import { KEEPS_ALL } from '../../support/case-scope.js';
import { committed } from '../../support/committed.js';
import { linesOf, type Program } from '../../support/program.js';
import { numbers } from '../numbers.js';
import type { JavaCase } from './java-tools.js';

/** What the Java client writes and reads. */
export const RECORD_TOOL_CASES: readonly JavaCase[] = [
  {
    name: 'the console producer writes keys and headers, and the console consumer reads them with their times',
    run: async (scope, java) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      const reader = options('--reader-property', [
        'parse.key=true',
        'parse.headers=true',
        'key.separator=|',
        'null.marker=NULL',
      ]);
      const input = 'h:1\ta|one\nh:2\tb|two\nh:3\tNULL|NULL\n';
      await java.run('consoleProducer', `--topic ${topic} ${reader}`, input);
      await scope.producer.send({
        topic,
        messages: [{ key: 'c', value: 'three', timestamp: '1700000000000' }],
      });
      const fields = ['key', 'timestamp', 'headers', 'partition', 'offset'];
      const formatter = options(
        '--formatter-property',
        fields.map((field) => `print.${field}=true`),
      );
      const output = await java.run(
        'consoleConsumer',
        `--topic ${topic} --from-beginning --max-messages 4 ${formatter}`,
      );
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
        await java.run('consoleProducer', `--topic ${topic} --compression-codec ${codec}`, lines.join(''));
      }
      const output = await java.run(
        'consoleConsumer',
        `--topic ${topic} --from-beginning --max-messages 200`,
      );
      expect(linesOf(output)).toEqual(codecs.flatMap((codec) => numbers(50).map((n) => `${codec} ${n}`)));
    },
  },
  {
    name: 'a console consumer in a group goes on where the group was',
    run: async (scope, java) => {
      const topic = await scope.topic();
      const groupId = scope.groupId();
      await scope.producer.send({ topic, messages: numbers(6).map((n) => ({ value: String(n) })) });
      const commandLine = `--topic ${topic} --group ${groupId} --from-beginning --max-messages 3`;
      expect(linesOf(await java.run('consoleConsumer', commandLine))).toEqual(['0', '1', '2']);
      expect(linesOf(await java.run('consoleConsumer', commandLine))).toEqual(['3', '4', '5']);
    },
  },
  {
    name: 'the console producer makes no topic, and is told that there is none',
    run: async (scope, java) => {
      const topic = scope.topicName();
      const commandLine = `--topic ${topic} --command-property max.block.ms=3000`;
      const { stdout, stderr } = await java.attempt('consoleProducer', commandLine, 'v\n');
      expect(stdout + stderr).toContain(`Topic ${topic} not present in metadata`);
      expect(await scope.admin.listTopics()).not.toContain(topic);
    },
  },
  {
    name: 'the verifiable producer and consumer account for each record',
    run: async (scope, java) => {
      const topic = await scope.topic({ partitions: 3 });
      const groupId = scope.groupId();
      const produced = await java.run(
        'verifiableProducer',
        `--topic ${topic} --max-messages 1000 --throughput -1 --acks -1`,
      );
      const acked = events(produced).filter(({ name }) => name === 'producer_send_success');
      expect(acked).toHaveLength(1_000);
      expect(new Set(acked.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(1_000);
      const consumer = java.start(
        'verifiableConsumer',
        `--topic ${topic} --group-id ${groupId} --reset-policy earliest --max-messages 1000`,
      );
      await consumer.until(() => consumed(consumer) === 1_000, 'all records');
      await committed(scope, groupId, topic, 1_000);
      await consumer.stop();
      const commits = events(consumer.stdout).filter(({ name }) => name === 'offsets_committed');
      expect(commits.every(({ success }) => success)).toBe(true);
    },
  },
  {
    name: 'two verifiable consumers share a topic, and one inherits from the other when that is killed',
    run: async (scope, java) => {
      const topic = await scope.topic({ partitions: 4 });
      const groupId = scope.groupId();
      const [victim, heir] = [0, 1].map(() =>
        java.start(
          'verifiableConsumer',
          `--topic ${topic} --group-id ${groupId} --reset-policy earliest --session-timeout 6000`,
        ),
      ) as [Program, Program];
      const both = [victim, heir];
      await Promise.all(
        both.map((consumer) => consumer.until(() => assigned(consumer) === 2, 'two partitions')),
      );
      const messages = numbers(40).map((n) => ({ partition: n % 4, value: String(n) }));
      await scope.producer.send({ topic, messages });
      await Promise.all(
        both.map((consumer) => consumer.until(() => consumed(consumer) === 20, '20 records')),
      );
      await committed(scope, groupId, topic, 40);
      await victim.stop('SIGKILL');
      await heir.until(() => assigned(heir) === 4, 'four partitions');
      await scope.producer.send({ topic, messages });
      await heir.until(() => consumed(heir) === 60, '60 records');
      await heir.stop();
    },
  },
  {
    name: 'the performance tools write and read 20,000 records',
    run: async (scope, java) => {
      const topic = await scope.topic({ partitions: 2 });
      const written = await java.run(
        'producerPerformance',
        `--topic ${topic} --num-records 20000 --record-size 200 --throughput -1 ` +
          '--command-property enable.idempotence=true compression.type=lz4',
      );
      expect(written).toContain('20000 records sent');
      const read = await java.run(
        'consumerPerformance',
        `--topic ${topic} --num-records 20000 --timeout 20000 --group ${scope.groupId()}`,
      );
      expect(read).toMatch(/, 20000, /);
    },
  },
];

function options(name: string, values: readonly string[]): string {
  return values.map((value) => `${name} ${value}`).join(' ');
}

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
