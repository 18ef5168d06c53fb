import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RequestOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { createPartitions } from '../../protocol/messages/create-partitions.js';
import { createTopics } from '../../protocol/messages/create-topics.js';
import { deleteRecords } from '../../protocol/messages/delete-records.js';
import { deleteTopics } from '../../protocol/messages/delete-topics.js';
import { describeCluster } from '../../protocol/messages/describe-cluster.js';
import { describeConfigs } from '../../protocol/messages/describe-configs.js';
import { findCoordinator } from '../../protocol/messages/find-coordinator.js';
import { incrementalAlterConfigs } from '../../protocol/messages/incremental-alter-configs.js';
import { initProducerId } from '../../protocol/messages/init-producer-id.js';
import { metadata } from '../../protocol/messages/metadata.js';
import { LogBed } from '../testing/log-bed.js';
import { type WireClient } from '../testing/wire-client.js';

type WantedTopic = RequestOf<typeof createTopics>['topics'][number];

let bed: LogBed;
let wire: WireClient;

const wanted = (change: Partial<WantedTopic> = {}): WantedTopic => ({
  name: 'new',
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...change,
});
const create = async (topics: WantedTopic[], validateOnly = false) =>
  (await wire.call(createTopics, 6, { topics, timeoutMs: 1_000, validateOnly })).topics;
const names = async (): Promise<string[]> =>
  (
    await wire.call(metadata, 9, {
      topics: null,
      allowAutoTopicCreation: true,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    })
  ).topics.map(({ name }) => name);

beforeAll(async () => {
  bed = await LogBed.begin({ maxPartitions: 20 });
  wire = await bed.wire();
  const compacted = wanted({ name: 'compacted', configs: [{ name: 'cleanup.policy', value: 'compact' }] });
  const made = await create([wanted({ name: 'there.is', numPartitions: 2 }), compacted]);
  expect(made.map(({ errorCode }) => errorCode)).toEqual([0, 0]);
});
afterAll(() => bed.end());

const INVALID_ASSIGNMENT = ERROR.invalidReplicaAssignment;
const byDefault = { numPartitions: -1, replicationFactor: -1 };

// As Apache Kafka 4.3 with one broker answers each of them; its own limit and its own topic excepted.
test.each<[string, Partial<WantedTopic>, number]>([
  ['no name', { name: '' }, ERROR.invalidTopicException],
  ['a name with a space', { name: 'a b' }, ERROR.invalidTopicException],
  ['a path', { name: '..' }, ERROR.invalidTopicException],
  ['a name that is taken', { name: 'there.is' }, ERROR.topicAlreadyExists],
  ['a name like another', { name: 'there_is' }, ERROR.invalidTopicException],
  ["the log's own topic", { name: '__consumer_offsets' }, ERROR.policyViolation],
  ['no partitions', { numPartitions: 0 }, ERROR.invalidPartitions],
  ['-2 partitions', { numPartitions: -2 }, ERROR.invalidPartitions],
  ['too many partitions', { numPartitions: 18 }, ERROR.policyViolation],
  ['three replicas', { replicationFactor: 3 }, ERROR.invalidReplicationFactor],
  ['no replica', { replicationFactor: 0 }, ERROR.invalidReplicationFactor],
  ['an unknown setting', { configs: [{ name: 'nope', value: '1' }] }, ERROR.invalidConfig],
  ['a wrong value', { configs: [{ name: 'retention.ms', value: 'x' }] }, ERROR.invalidConfig],
  [
    'another node',
    { ...byDefault, assignments: [{ partitionIndex: 0, brokerIds: [2] }] },
    INVALID_ASSIGNMENT,
  ],
  [
    'two nodes',
    { ...byDefault, assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }] },
    INVALID_ASSIGNMENT,
  ],
  [
    'a gap in the partitions',
    { ...byDefault, assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
    INVALID_ASSIGNMENT,
  ],
  ['both ways of counting', { assignments: [{ partitionIndex: 0, brokerIds: [1] }] }, ERROR.invalidRequest],
])('a topic with %s is refused', async (_, change, errorCode) => {
  const before = await names();
  const [refused] = await create([wanted(change)]);
  expect(refused).toMatchObject({ errorCode, numPartitions: -1, replicationFactor: -1 });
  expect(refused?.errorMessage).not.toBe('');
  expect(await names()).toEqual(before);
});

test('a topic is made by default with one partition, or as assigned; and told with its settings', async () => {
  const assignments = [1, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }));
  const made = await create([
    wanted({ ...byDefault, name: 'plain', configs: [{ name: 'retention.ms', value: '77' }] }),
    wanted({ ...byDefault, name: 'assigned', assignments }),
  ]);
  expect(made.map(({ errorCode, numPartitions }) => [errorCode, numPartitions])).toEqual([
    [0, 1],
    [0, 2],
  ]);
  expect(made[0]?.configs).toContainEqual({
    name: 'retention.ms',
    value: '77',
    readOnly: false,
    configSource: 1,
    isSensitive: false,
  });
});

test('the same name twice in a request is refused, once', async () => {
  const outcomes = await create([wanted({ name: 'twin' }), wanted({ name: 'twin' })]);
  expect(outcomes.map(({ errorCode }) => errorCode)).toEqual([ERROR.invalidRequest]);
});

test('what is only to be validated is not made', async () => {
  const [valid] = await create([wanted({ name: 'dry' })], true);
  expect(valid).toMatchObject({ errorCode: 0, numPartitions: 1 });
  expect(await names()).not.toContain('dry');
});

test.each<[string, string, number, readonly number[][] | null, number]>([
  ['as many as there are', 'there.is', 2, null, ERROR.invalidPartitions],
  ['fewer', 'there.is', 1, null, ERROR.invalidPartitions],
  ['too many', 'there.is', 30, null, ERROR.policyViolation],
  ['of an unknown topic', 'nowhere', 3, null, ERROR.unknownTopicOrPartition],
  ['on another node', 'there.is', 3, [[2]], INVALID_ASSIGNMENT],
  ['more than assigned', 'there.is', 4, [[1]], INVALID_ASSIGNMENT],
])('partitions: %s is refused', async (_, name, count, nodes, errorCode) => {
  const assignments = nodes?.map((brokerIds) => ({ brokerIds })) ?? null;
  const { results } = await wire.call(createPartitions, 3, {
    topics: [{ name, count, assignments }],
    timeoutMs: 1_000,
    validateOnly: false,
  });
  expect(results).toMatchObject([{ name, errorCode }]);
});

test('the settings of a topic are told with their sources, changed, and given their defaults back', async () => {
  const describe = async () => {
    const { results } = await wire.call(describeConfigs, 4, {
      resources: [{ resourceType: 2, resourceName: 'there.is', configurationKeys: ['retention.ms', 'nope'] }],
      includeSynonyms: true,
      includeDocumentation: true,
    });
    return results[0]?.configs;
  };
  const alter = async (configOperation: number, value: string | null, validateOnly = false) => {
    const configs = [{ name: 'retention.ms', configOperation, value }];
    const { responses } = await wire.call(incrementalAlterConfigs, 1, {
      resources: [{ resourceType: 2, resourceName: 'there.is', configs }],
      validateOnly,
    });
    return responses[0]?.errorCode;
  };
  const byItself = { name: 'retention.ms', value: '604800000', source: 5 };
  expect(await describe()).toMatchObject([
    { value: '604800000', configSource: 5, readOnly: false, configType: 5, synonyms: [byItself] },
  ]);
  expect(await alter(0, '5000', true)).toBe(ERROR.none);
  expect(await describe()).toMatchObject([{ configSource: 5 }]);
  expect(await alter(0, '5000')).toBe(ERROR.none);
  expect(await describe()).toMatchObject([
    {
      value: '5000',
      configSource: 1,
      synonyms: [{ name: 'retention.ms', value: '5000', source: 1 }, byItself],
    },
  ]);
  expect(await alter(0, '-9')).toBe(ERROR.invalidConfig);
  expect(await alter(2, '1')).toBe(ERROR.invalidConfig);
  expect(await describe()).toMatchObject([{ value: '5000' }]);
  expect(await alter(1, null)).toBe(ERROR.none);
  expect(await describe()).toMatchObject([{ value: '604800000', configSource: 5 }]);
});

test('the settings of the node are told and cannot be changed; other resources are unknown', async () => {
  const resources = [
    { resourceType: 4, resourceName: '1', configurationKeys: ['auto.create.topics.enable', 'node.id'] },
    { resourceType: 4, resourceName: '', configurationKeys: null },
    { resourceType: 4, resourceName: '9', configurationKeys: null },
    { resourceType: 8, resourceName: '1', configurationKeys: null },
    { resourceType: 2, resourceName: 'nowhere', configurationKeys: null },
  ];
  const { results } = await wire.call(describeConfigs, 1, {
    resources,
    includeSynonyms: false,
    includeDocumentation: false,
  });
  expect(results.map(({ errorCode }) => errorCode)).toEqual([
    ERROR.none,
    ERROR.none,
    ERROR.invalidRequest,
    ERROR.invalidRequest,
    ERROR.unknownTopicOrPartition,
  ]);
  expect(results[0]?.configs).toMatchObject([
    { name: 'node.id', value: '1', readOnly: true, configSource: 4, synonyms: [] },
    { name: 'auto.create.topics.enable', value: 'false' },
  ]);
  const change = { configs: [{ name: 'num.partitions', configOperation: 0, value: '3' }] };
  const altered = await wire.call(incrementalAlterConfigs, 0, {
    resources: [
      { resourceType: 4, resourceName: '1', ...change },
      { resourceType: 2, resourceName: 'nowhere', ...change },
    ],
    validateOnly: false,
  });
  expect(altered.responses.map(({ errorCode }) => errorCode)).toEqual([
    ERROR.invalidRequest,
    ERROR.unknownTopicOrPartition,
  ]);
});

test.each<[string, string, number, number, object]>([
  ['an unknown partition', 'there.is', 9, 0, { errorCode: ERROR.unknownTopicOrPartition, lowWatermark: -1 }],
  ['beyond the end', 'there.is', 0, 5, { errorCode: ERROR.offsetOutOfRange, lowWatermark: -1 }],
  ['a compacted topic', 'compacted', 0, 0, { errorCode: ERROR.policyViolation, lowWatermark: -1 }],
  ['of an empty partition', 'there.is', 0, -1, { errorCode: ERROR.none, lowWatermark: 0 }],
])('deleting records: %s', async (_, name, partitionIndex, offset, expected) => {
  const { topics } = await wire.call(deleteRecords, 2, {
    topics: [{ name, partitions: [{ partitionIndex, offset }] }],
    timeoutMs: 1_000,
  });
  expect(topics[0]?.partitions).toMatchObject([expected]);
});

test('deleting what is not there is an error for each name', async () => {
  const { responses } = await wire.call(deleteTopics, 5, {
    topicNames: ['nowhere', 'a b'],
    timeoutMs: 1_000,
  });
  expect(responses.map(({ errorCode }) => errorCode)).toEqual([3, 3]);
});

test('transactions are refused for good, idempotent producers get a new ID each time', async () => {
  const ask = (transactionalId: string | null, producerId = -1, producerEpoch = -1) =>
    wire.call(initProducerId, 4, { transactionalId, transactionTimeoutMs: 1_000, producerId, producerEpoch });
  const first = await ask(null);
  const bumped = await ask(null, first.producerId, 3);
  expect([first.errorCode, bumped.errorCode, bumped.producerEpoch]).toEqual([0, 0, 0]);
  expect(bumped.producerId).toBeGreaterThan(first.producerId);
  expect(await ask('tx')).toMatchObject({
    errorCode: ERROR.transactionalIdAuthorizationFailed,
    producerId: -1,
  });
});

test.each([
  [0, { errorCode: 0, nodeId: 1, host: '127.0.0.1' }],
  [1, { errorCode: ERROR.transactionalIdAuthorizationFailed, nodeId: -1, host: '', port: -1 }],
  [7, { errorCode: ERROR.invalidRequest, nodeId: -1, host: '', port: -1 }],
])('coordinators of type %i', async (keyType, expected) => {
  const one = await wire.call(findCoordinator, 3, { key: 'g', keyType, coordinatorKeys: [] });
  expect(one).toMatchObject(expected);
  const many = await wire.call(findCoordinator, 4, { key: '', keyType, coordinatorKeys: ['a', 'b'] });
  expect(many.coordinators).toMatchObject([
    { key: 'a', ...expected },
    { key: 'b', ...expected },
  ]);
});

test('the cluster is one node, where the client reached it, and everything is allowed', async () => {
  const cluster = await wire.call(describeCluster, 1, {
    includeClusterAuthorizedOperations: true,
    endpointType: 1,
  });
  expect(cluster).toMatchObject({
    errorCode: 0,
    controllerId: 1,
    brokers: [{ brokerId: 1, host: '127.0.0.1', port: bed.port }],
    clusterAuthorizedOperations: 8_096,
  });
  const controllers = await wire.call(describeCluster, 1, {
    includeClusterAuthorizedOperations: false,
    endpointType: 2,
  });
  expect(controllers).toMatchObject({ errorCode: ERROR.mismatchedEndpointType, brokers: [] });
});

test('metadata: null is all, an empty list is none, and in version 0 it is all', async () => {
  const ask = async (version: number, topics: { name: string }[] | null) =>
    (
      await wire.call(metadata, version, {
        topics,
        allowAutoTopicCreation: true,
        includeClusterAuthorizedOperations: true,
        includeTopicAuthorizedOperations: true,
      })
    ).topics;
  expect((await ask(1, null)).length).toBeGreaterThan(1);
  expect(await ask(1, [])).toEqual([]);
  expect((await ask(0, [])).length).toBeGreaterThan(1);
  expect(await ask(9, [{ name: 'compacted' }])).toMatchObject([
    { errorCode: 0, topicAuthorizedOperations: 3_576, partitions: [{ leaderId: 1, leaderEpoch: 0 }] },
  ]);
});
