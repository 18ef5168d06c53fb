import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ConfigResourceTypes, type Admin, type Consumer, type Message } from 'kafkajs';
import { eventually } from '@fieldstream/testing';
import { fetchApi } from '../protocol/messages/fetch.js';
import { offsetCommit } from '../protocol/messages/offset-commit.js';
import { EmbeddedLog } from './embedded-log.js';
import { LogBed } from './testing/log-bed.js';
import { memoryLogger } from './testing/memory-logger.js';

let bed: LogBed;
let admin: Admin;
beforeEach(async () => {
  bed = await LogBed.begin();
  admin = await bed.use(bed.kafka().admin());
});
afterEach(() => bed.end());

interface Received {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | undefined;
  readonly value: string | undefined;
}

async function collect(consumer: Consumer): Promise<Received[]> {
  const received: Received[] = [];
  await consumer.run({
    eachMessage: async ({ partition, message: { offset, key, value } }) => {
      received.push({ partition, offset, key: key?.toString(), value: value?.toString() });
    },
  });
  return received;
}

async function produce(topic: string, messages: Message[]): Promise<void> {
  const producer = await bed.use(bed.kafka().producer());
  await producer.send({ topic, messages, acks: -1 });
}

async function reader(topic: string, groupId = 'readers'): Promise<Received[]> {
  const consumer = await bed.use(
    bed.kafka().consumer({ groupId, sessionTimeout: 6_000, heartbeatInterval: 500, maxWaitTimeInMs: 200 }),
  );
  await consumer.subscribe({ topic, fromBeginning: true });
  return collect(consumer);
}

/** As Java's admin client does; kafkajs would join the group for it. */
async function commit(groupId: string, topic: string, offset: number): Promise<void> {
  const wire = await bed.wire();
  const partition = {
    partitionIndex: 0,
    committedOffset: offset,
    committedLeaderEpoch: -1,
    committedMetadata: null,
  };
  const response = await wire.call(offsetCommit, 8, {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: [{ name: topic, partitions: [partition] }],
  });
  expect(response.topics[0]?.partitions).toEqual([{ partitionIndex: 0, errorCode: 0 }]);
}

const numbered = (count: number, prefix = 'v'): Message[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i % 7}`, value: `${prefix}${i}` }));

test('what is produced is consumed: each key in its order, headers and times kept', async () => {
  await admin.createTopics({ topics: [{ topic: 'readings', numPartitions: 3 }] });
  await produce('readings', numbered(500));
  const received = await reader('readings');
  await eventually(() => received.length === 500, { what: '500 records' });
  for (let k = 0; k < 7; k++) {
    const values = received.filter(({ key }) => key === `k${k}`).map(({ value }) => value);
    const expected = numbered(500)
      .filter(({ key }) => key === `k${k}`)
      .map(({ value }) => value);
    expect(values).toEqual(expected);
  }
  expect(bed.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
});

test('two members share the partitions, and one takes over when the other leaves', async () => {
  await admin.createTopics({ topics: [{ topic: 'shared', numPartitions: 4 }] });
  const options = {
    groupId: 'pair',
    sessionTimeout: 6_000,
    heartbeatInterval: 300,
    rebalanceTimeout: 6_000,
    maxWaitTimeInMs: 200,
  };
  const consumers = await Promise.all([
    bed.use(bed.kafka().consumer(options)),
    bed.use(bed.kafka().consumer(options)),
  ]);
  const assigned = new Map<number, number[]>();
  const received = await Promise.all(
    consumers.map(async (consumer, i) => {
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        assigned.set(i, payload.memberAssignment['shared'] ?? []);
      });
      await consumer.subscribe({ topic: 'shared', fromBeginning: true });
      return collect(consumer);
    }),
  );
  await eventually(() => assigned.get(0)?.length === 2 && assigned.get(1)?.length === 2, {
    what: 'two partitions each',
    timeoutMs: 30_000,
  });
  await produce('shared', numbered(200));
  await eventually(() => received.flat().length >= 200, { what: 'all records' });
  const described = await admin.describeGroups(['pair']);
  expect(described.groups[0]).toMatchObject({ state: 'Stable', protocolType: 'consumer' });
  expect(described.groups[0]?.members).toHaveLength(2);
  await consumers[0]?.disconnect();
  await eventually(() => assigned.get(1)?.length === 4, { what: 'the take-over', timeoutMs: 30_000 });
  await produce('shared', numbered(100, 'w'));
  await eventually(() => received[1]?.filter(({ value }) => value?.startsWith('w')).length === 100, {
    what: 'all records at the other',
  });
});

test('a restart keeps records, topics, settings, committed offsets and the cluster ID', async () => {
  await admin.createTopics({
    topics: [
      { topic: 'kept', numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '123456789' }] },
    ],
  });
  await produce('kept', numbered(40));
  const before = await reader('kept', 'resumers');
  await eventually(() => before.length === 40, { what: 'the first 40' });
  await eventually(
    async () => {
      const [offsets] = await admin.fetchOffsets({ groupId: 'resumers', topics: ['kept'] });
      return offsets?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0) === 40;
    },
    { what: 'the commit' },
  );
  const { clusterId } = await admin.describeCluster();
  await bed.restart();
  expect((await admin.describeCluster()).clusterId).toBe(clusterId);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: 'kept', configNames: ['retention.ms'] }],
  });
  expect(resources[0]?.configEntries).toMatchObject([
    { configName: 'retention.ms', configValue: '123456789' },
  ]);
  const all = await reader('kept', 'late');
  await eventually(() => all.length === 40, { what: 'all 40 for another group' });
  await produce('kept', [{ key: 'k0', value: 'after' }]);
  await eventually(() => before.length > 40, { what: 'the one after the restart', timeoutMs: 30_000 });
  expect(before.slice(40).map(({ value }) => value)).toEqual(['after']);
});

test('an idempotent producer of kafkajs works, and goes on after a restart', async () => {
  await admin.createTopics({ topics: [{ topic: 'once', numPartitions: 1 }] });
  const producer = await bed.use(bed.kafka().producer({ idempotent: true, maxInFlightRequests: 1 }));
  for (let i = 0; i < 5; i++) await producer.send({ topic: 'once', messages: [{ value: `a${i}` }] });
  await bed.restart();
  for (let i = 0; i < 5; i++) await producer.send({ topic: 'once', messages: [{ value: `b${i}` }] });
  const received = await reader('once');
  await eventually(() => received.length >= 10, { what: 'ten records' });
  expect(received.map(({ value }) => value)).toEqual(
    [0, 1, 2, 3, 4].map((i) => `a${i}`).concat([0, 1, 2, 3, 4].map((i) => `b${i}`)),
  );
});

test('unknown topics are unknown: nothing is created by producing or asking', async () => {
  const producer = await bed.use(
    bed.kafka({ retry: { retries: 1, initialRetryTime: 5 } }).producer({ allowAutoTopicCreation: true }),
  );
  await expect(producer.send({ topic: 'nowhere', messages: [{ value: 'x' }] })).rejects.toThrow(
    'does not host this topic-partition',
  );
  await expect(admin.fetchTopicMetadata({ topics: ['nowhere'] })).rejects.toMatchObject({
    type: 'UNKNOWN_TOPIC_OR_PARTITION',
  });
  await expect(admin.fetchTopicMetadata({ topics: ['no where'] })).rejects.toMatchObject({
    type: 'INVALID_TOPIC_EXCEPTION',
  });
  expect(await admin.listTopics()).toEqual([]);
});

test('topics are listed, grown, emptied and deleted', async () => {
  expect(await admin.createTopics({ topics: [{ topic: 'a', numPartitions: 2 }, { topic: 'b' }] })).toBe(true);
  expect(await admin.createTopics({ topics: [{ topic: 'a' }] })).toBe(false);
  expect((await admin.listTopics()).sort()).toEqual(['a', 'b']);
  await admin.createPartitions({ topicPartitions: [{ topic: 'a', count: 5 }] });
  const { topics } = await admin.fetchTopicMetadata({ topics: ['a'] });
  expect(topics[0]?.partitions.map(({ partitionId }) => partitionId).sort()).toEqual([0, 1, 2, 3, 4]);
  expect(topics[0]?.partitions[0]).toMatchObject({ leader: 1, replicas: [1], isr: [1] });
  await produce('b', numbered(20));
  expect(await admin.fetchTopicOffsets('b')).toMatchObject([{ low: '0', high: '20' }]);
  await admin.deleteTopicRecords({ topic: 'b', partitions: [{ partition: 0, offset: '15' }] });
  expect(await admin.fetchTopicOffsets('b')).toMatchObject([{ low: '15', high: '20' }]);
  await admin.deleteTopicRecords({ topic: 'b', partitions: [{ partition: 0, offset: '-1' }] });
  expect(await admin.fetchTopicOffsets('b')).toMatchObject([{ low: '20', high: '20' }]);
  await admin.deleteTopics({ topics: ['b'] });
  expect(await admin.listTopics()).toEqual(['a']);
});

test('offsets by time', async () => {
  await admin.createTopics({ topics: [{ topic: 'timed' }] });
  await produce(
    'timed',
    [1_000, 2_000, 3_000].map((ms) => ({ value: String(ms), timestamp: String(1_700_000_000_000 + ms) })),
  );
  expect(await admin.fetchTopicOffsetsByTimestamp('timed', 1_700_000_001_500)).toEqual([
    { partition: 0, offset: '1' },
  ]);
  // kafkajs turns "none" into the end.
  expect(await admin.fetchTopicOffsetsByTimestamp('timed', 1_800_000_000_000)).toEqual([
    { partition: 0, offset: '3' },
  ]);
});

test('offsets of a group without members are set, listed and deleted', async () => {
  await admin.createTopics({ topics: [{ topic: 'plain' }] });
  await produce('plain', numbered(10));
  await commit('idle', 'plain', 4);
  expect(await admin.fetchOffsets({ groupId: 'idle', topics: ['plain'] })).toMatchObject([
    { topic: 'plain', partitions: [{ partition: 0, offset: '4' }] },
  ]);
  expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).toContain('idle');
  const received = await reader('plain', 'idle');
  await eventually(() => received.length === 6, { what: 'the last six' });
});

test("the log's own topic is marked, and not for clients to change", async () => {
  await admin.createTopics({ topics: [{ topic: 'plain' }] });
  await commit('idle', 'plain', 0);
  const { topics } = await admin.fetchTopicMetadata();
  expect(topics.map(({ name }) => name).sort()).toEqual(['__consumer_offsets', 'plain']);
  const quick = bed.kafka({ retry: { retries: 0 } });
  const producer = await bed.use(quick.producer());
  await expect(
    producer.send({ topic: '__consumer_offsets', messages: [{ key: 'x', value: 'y' }] }),
  ).rejects.toMatchObject({ type: 'INVALID_TOPIC_EXCEPTION' });
  await expect(admin.deleteTopics({ topics: ['__consumer_offsets'] })).rejects.toMatchObject({
    type: 'POLICY_VIOLATION',
  });
});

test('deleting a topic forgets the offsets committed for it', async () => {
  await admin.createTopics({ topics: [{ topic: 'again' }] });
  await produce('again', numbered(10));
  await commit('old', 'again', 9);
  await admin.deleteTopics({ topics: ['again'] });
  await admin.createTopics({ topics: [{ topic: 'again' }] });
  expect(await admin.fetchOffsets({ groupId: 'old', topics: ['again'] })).toMatchObject([
    { partitions: [{ offset: '-1' }] },
  ]);
});

test('a second log on the same port says so, and leaves nothing open', async () => {
  const { logger } = memoryLogger();
  const dataDir = `${bed.dataDir}/second`;
  await expect(EmbeddedLog.open({ dataDir, port: bed.port, logger })).rejects.toMatchObject({
    code: 'port-unavailable',
  });
  const log = await EmbeddedLog.open({ dataDir, logger });
  await log.close();
});

test('closing answers whoever waits for records', async () => {
  await admin.createTopics({ topics: [{ topic: 'quiet' }] });
  const wire = await bed.wire();
  const partition = {
    partition: 0,
    currentLeaderEpoch: -1,
    fetchOffset: 0,
    lastFetchedEpoch: -1,
    logStartOffset: -1,
    partitionMaxBytes: 1_000,
  };
  const id = wire.send(fetchApi, 12, {
    replicaId: -1,
    maxWaitMs: 600_000,
    minBytes: 1,
    maxBytes: 1_000,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic: 'quiet', partitions: [partition] }],
    forgottenTopicsData: [],
    rackId: '',
    clusterId: null,
  });
  // Sent later, on a later connection: the poll has begun when this is answered.
  await admin.listTopics();
  await bed.closeLog();
  expect((await wire.answerTo(fetchApi, 12, id)).responses[0]?.partitions[0]?.errorCode).toBe(0);
  await wire.raw.closed();
});
