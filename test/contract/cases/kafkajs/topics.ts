import { expect } from '@jest/globals';
import { ConfigResourceTypes, type ITopicConfig } from 'kafkajs';
import { kafkaClient, type CaseScope } from '../../support/case-scope.js';
import type { ContractCase } from '../../support/contract-case.js';
import { Member } from './member.js';
import { numbers } from '../numbers.js';

/** Topics: how they are made, changed, described and removed, and what is refused. */
export const TOPIC_CASES: readonly ContractCase[] = [
  {
    name: 'lists and describes a topic that was created: partitions, their leader and replicas',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 3 });
      expect(await scope.admin.listTopics()).toContain(topic);
      const { topics } = await scope.admin.fetchTopicMetadata({ topics: [topic] });
      expect(topics).toHaveLength(1);
      expect(topics[0]?.name).toBe(topic);
      const partitions = [...(topics[0]?.partitions ?? [])].sort((a, b) => a.partitionId - b.partitionId);
      const { brokers, controller } = await scope.admin.describeCluster();
      expect(brokers).toHaveLength(1);
      const node = brokers[0]?.nodeId;
      expect(controller).toBe(node);
      expect(partitions.map((partition) => partition.partitionId)).toEqual([0, 1, 2]);
      for (const { partitionErrorCode, leader, replicas, isr } of partitions) {
        expect({ partitionErrorCode, leader, replicas, isr }).toEqual({
          partitionErrorCode: 0,
          leader: node,
          replicas: [node],
          isr: [node],
        });
      }
    },
  },
  {
    name: 'names itself by the address that clients reach it at',
    run: async (scope) => {
      const { brokers, clusterId } = await scope.admin.describeCluster();
      expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual([scope.target.brokers]);
      expect(clusterId).toMatch(/^\S+$/);
    },
  },
  {
    name: 'gives a topic one partition where none are asked for',
    run: async (scope) => {
      const topic = scope.topicName();
      await scope.create({ topic });
      const { topics } = await scope.admin.fetchTopicMetadata({ topics: [topic] });
      expect(topics[0]?.partitions).toHaveLength(1);
    },
  },
  {
    name: 'says that a topic exists already, and leaves it as it was',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      // kafkajs turns TOPIC_ALREADY_EXISTS into false.
      const again = { topics: [{ topic, numPartitions: 5 }], waitForLeaders: false };
      expect(await scope.admin.createTopics(again)).toBe(false);
      const { topics } = await scope.admin.fetchTopicMetadata({ topics: [topic] });
      expect(topics[0]?.partitions).toHaveLength(2);
    },
  },
  {
    name: 'creates the good topics of a request beside the refused ones',
    run: async (scope) => {
      const topic = scope.topicName();
      const types = await refusals(scope, [{ topic }, { topic: 'white space' }]);
      expect(types).toEqual(['INVALID_TOPIC_EXCEPTION']);
      await scope.ready(topic, 1);
      expect(await scope.admin.listTopics()).toContain(topic);
    },
  },
  {
    name: 'creates nothing when it is only to validate',
    run: async (scope) => {
      const topic = scope.topicName();
      const validateOnly = { validateOnly: true, waitForLeaders: false };
      await scope.admin.createTopics({ ...validateOnly, topics: [{ topic }] });
      expect(await scope.admin.listTopics()).not.toContain(topic);
    },
  },
  ...['', '.', '..', 'white space', 'slash/name', 'ümlaut', 'x'.repeat(250)].map((topic) => ({
    name: `refuses the topic name ${JSON.stringify(topic.length > 20 ? `${topic.slice(0, 3)}…` : topic)}`,
    run: async (scope: CaseScope) => {
      expect(await refusals(scope, [{ topic }])).toEqual(['INVALID_TOPIC_EXCEPTION']);
    },
  })),
  {
    name: 'takes a topic name of 249 characters',
    run: async (scope) => {
      const topic = scope.topicName().padEnd(249, '_');
      await scope.create({ topic });
      expect(await scope.admin.listTopics()).toContain(topic);
      await scope.delete(topic);
    },
  },
  ...(
    [
      ['two replicas on its one node', { replicationFactor: 2 }, 'INVALID_REPLICATION_FACTOR'],
      ['0 partitions', { numPartitions: 0 }, 'INVALID_PARTITIONS'],
      ['a setting it does not know', { configEntries: [{ name: 'no.such', value: '1' }] }, 'INVALID_CONFIG'],
      [
        'a setting with a value it cannot have',
        { configEntries: [{ name: 'retention.ms', value: 'long' }] },
        'INVALID_CONFIG',
      ],
      [
        'a cleanup policy that there is not',
        { configEntries: [{ name: 'cleanup.policy', value: 'burn' }] },
        'INVALID_CONFIG',
      ],
    ] as const
  ).map(([what, options, type]) => ({
    name: `refuses ${what} with ${type}`,
    run: async (scope: CaseScope) => {
      const topic = scope.topicName();
      expect(await refusals(scope, [{ topic, ...options, configEntries: [...entriesOf(options)] }])).toEqual([
        type,
      ]);
      expect(await scope.admin.listTopics()).not.toContain(topic);
    },
  })),
  {
    name: 'deletes a topic with its records: one made anew under the name is empty',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      await scope.producer.send({ topic, messages: [{ value: 'old' }] });
      await scope.delete(topic);
      await scope.create({ topic, numPartitions: 1 });
      expect(await scope.admin.fetchTopicOffsets(topic)).toEqual([
        { partition: 0, offset: '0', high: '0', low: '0' },
      ]);
    },
  },
  {
    name: 'refuses to delete a topic that is not there',
    run: async (scope) => {
      const deleting = scope.admin.deleteTopics({ topics: [scope.name('topic')] });
      await expect(deleting).rejects.toThrow('does not host this topic-partition');
    },
  },
  {
    name: 'adds partitions, which take records',
    run: async (scope) => {
      const topic = await scope.topic();
      await scope.producer.send({ topic, messages: [{ value: 'before' }] });
      await scope.admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
      await scope.ready(topic, 4);
      const producer = scope.kafka.producer();
      await producer.connect();
      scope.defer(() => producer.disconnect());
      const sent = await producer.send({
        topic,
        messages: numbers(4).map((partition) => ({ partition, value: 'after' })),
      });
      expect(new Map(sent.map(({ partition, baseOffset }) => [partition, baseOffset]))).toEqual(
        new Map([
          [0, '1'],
          [1, '0'],
          [2, '0'],
          [3, '0'],
        ]),
      );
    },
  },
  ...[2, 1].map((count) => ({
    name: `refuses to turn 2 partitions into ${count}`,
    run: async (scope: CaseScope) => {
      const topic = await scope.topic({ partitions: 2 });
      const adding = scope.admin.createPartitions({ topicPartitions: [{ topic, count }] });
      await expect(adding).rejects.toMatchObject({ type: 'INVALID_PARTITIONS' });
    },
  })),
  {
    name: 'refuses partitions for a topic that is not there',
    run: async (scope) => {
      const adding = scope.admin.createPartitions({
        topicPartitions: [{ topic: scope.name('topic'), count: 2 }],
      });
      await expect(adding).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
    },
  },
  {
    name: "describes a topic's settings: those it was given, and the defaults of the others",
    run: async (scope) => {
      const topic = await scope.topic({ config: { 'retention.ms': '3600000', 'cleanup.policy': 'compact' } });
      const { resources } = await scope.admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
      });
      expect(resources[0]).toMatchObject({ errorCode: 0, resourceName: topic });
      const entries = new Map(
        resources[0]?.configEntries.map((entry) => [entry.configName, [entry.configValue, entry.isDefault]]),
      );
      expect(Object.fromEntries(entries)).toMatchObject({
        'retention.ms': ['3600000', false],
        'cleanup.policy': ['compact', false],
        'retention.bytes': ['-1', true],
        'max.message.bytes': ['1048588', true],
        'message.timestamp.type': ['CreateTime', true],
      });
    },
  },
  {
    name: 'describes only the settings asked for',
    run: async (scope) => {
      const topic = await scope.topic();
      const { resources } = await scope.admin.describeConfigs({
        includeSynonyms: false,
        resources: [
          { type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms', 'no.such.setting'] },
        ],
      });
      expect(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue])).toEqual([
        ['retention.ms', '604800000'],
      ]);
    },
  },
  {
    name: 'says that it cannot describe the settings of a topic that is not there',
    run: async (scope) => {
      const describing = scope.admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: scope.name('topic') }],
      });
      await expect(describing).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
    },
  },
  {
    name: 'does not make a topic for a producer that allows it to',
    run: async (scope) => {
      const topic = scope.topicName();
      const producer = kafkaClient(scope.target.brokers, {
        retry: { retries: 1, initialRetryTime: 20 },
      }).producer({
        allowAutoTopicCreation: true,
      });
      await producer.connect();
      scope.defer(() => producer.disconnect());
      const sending = producer.send({ topic, messages: [{ value: 'v' }] });
      await expect(sending).rejects.toMatchObject({
        message: expect.stringContaining('does not host this topic'),
      });
      expect(await scope.admin.listTopics()).not.toContain(topic);
    },
  },
  {
    name: 'does not make a topic for a consumer, or for a look at its metadata',
    run: async (scope) => {
      const topic = scope.topicName();
      const starting = Member.start(scope, { topic, groupId: scope.groupId(), allowAutoTopicCreation: true });
      await expect(starting).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
      const looking = scope.admin.fetchTopicMetadata({ topics: [topic] });
      await expect(looking).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
      expect(await scope.admin.listTopics()).not.toContain(topic);
    },
  },
];

/** The protocol's names of what createTopics refused. */
async function refusals(scope: CaseScope, topics: ITopicConfig[]): Promise<string[]> {
  const error = await scope.admin
    .createTopics({ topics, waitForLeaders: false })
    .then(() => ({ errors: [] }))
    .catch((reason: unknown) => reason as { errors?: { type: string }[]; type?: string });
  return (error.errors ?? [error as { type: string }]).map(({ type }) => type);
}

function entriesOf(options: object): readonly { name: string; value: string }[] {
  return 'configEntries' in options ? (options.configEntries as { name: string; value: string }[]) : [];
}
