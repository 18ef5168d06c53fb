import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RequestOf, type ResponseOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { deleteRecords } from '../../protocol/messages/delete-records.js';
import { deleteTopics } from '../../protocol/messages/delete-topics.js';
import { fetchApi } from '../../protocol/messages/fetch.js';
import { listOffsets } from '../../protocol/messages/list-offsets.js';
import { produce } from '../../protocol/messages/produce.js';
import { decodeJournalBatches } from '../journal-batch.js';
import { LogBed } from '../testing/log-bed.js';
import { recordBatch } from '../testing/record-batch.js';
import { type WireClient } from '../testing/wire-client.js';

const START_MS = 1_700_000_000_000;
const LONG_MS = 600_000;

let bed: LogBed;
let wire: WireClient;

async function append(
  topic: string,
  partition: number,
  values: string[],
  timestampMs = START_MS,
): Promise<void> {
  const records = recordBatch(values, { timestampMs });
  const response = await wire.call(produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 1_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
  });
  expect(response.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
}

beforeAll(async () => {
  bed = await LogBed.begin();
  wire = await bed.wire();
  const admin = await bed.use(bed.kafka().admin());
  const names = ['t', 'quiet', 'shrinking', 'doomed'];
  // The records are old, and not to be dropped for it.
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  await admin.createTopics({ topics: names.map((topic) => ({ topic, numPartitions: 2, configEntries })) });
  await append('t', 0, ['a0', 'a1', 'a2'], START_MS);
  await append('t', 0, ['a3', 'a4'], START_MS + 1_000);
  await append('t', 0, ['a5'], START_MS + 500);
  await append('t', 1, ['b0']);
  await append('shrinking', 0, ['c0', 'c1', 'c2']);
  await wire.call(deleteRecords, 2, {
    topics: [{ name: 'shrinking', partitions: [{ partitionIndex: 0, offset: 2 }] }],
    timeoutMs: 1_000,
  });
});
afterAll(() => bed.end());

type Request = RequestOf<typeof fetchApi>;
type Partition = Request['topics'][number]['partitions'][number];

const wanted = (change: Partial<Partition> = {}): Partition => ({
  partition: 0,
  currentLeaderEpoch: -1,
  fetchOffset: 0,
  lastFetchedEpoch: -1,
  logStartOffset: -1,
  partitionMaxBytes: 1_000_000,
  ...change,
});

function requestOf(partitions: Partition[], change: Partial<Request> = {}, topic = 't'): Request {
  return {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1_000_000,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic, partitions }],
    forgottenTopicsData: [],
    rackId: '',
    clusterId: null,
    ...change,
  };
}

function read({
  responses,
}: ResponseOf<typeof fetchApi>): { errorCode: number; values: (string | undefined)[] }[] {
  return responses.flatMap(({ partitions }) =>
    partitions.map(({ errorCode, records }) => ({
      errorCode,
      values: decodeJournalBatches(records ?? Buffer.alloc(0)).entries.map(({ value }) => value?.toString()),
    })),
  );
}

const fetched = async (request: Request): Promise<ReturnType<typeof read>> =>
  read(await wire.call(fetchApi, 12, request));

const ALL = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'];

test.each<[string, Partial<Partition>, Partial<Request>, string[]]>([
  ['everything', {}, {}, ALL],
  ['from inside a batch: the whole batch', { fetchOffset: 4 }, {}, ['a3', 'a4', 'a5']],
  ['at the end: nothing', { fetchOffset: 6 }, {}, []],
  ['one byte of the partition: one batch', { partitionMaxBytes: 1 }, {}, ['a0', 'a1', 'a2']],
  ['no bytes of the partition: one batch', { partitionMaxBytes: 0 }, {}, ['a0', 'a1', 'a2']],
  ['one byte of the response: one batch', {}, { maxBytes: 1 }, ['a0', 'a1', 'a2']],
  ['committed records alone', {}, { isolationLevel: 1 }, ALL],
  ['in the epoch that there is', { currentLeaderEpoch: 0 }, {}, ALL],
])('%s', async (_, partition, request, values) => {
  expect(await fetched(requestOf([wanted(partition)], request))).toEqual([{ errorCode: 0, values }]);
});

test.each<[string, Partial<Partition>, string, number]>([
  ['beyond the end', { fetchOffset: 7 }, 't', ERROR.offsetOutOfRange],
  ['a negative offset', { fetchOffset: -1 }, 't', ERROR.offsetOutOfRange],
  ['what has been deleted', { fetchOffset: 1 }, 'shrinking', ERROR.offsetOutOfRange],
  ['an unknown partition', { partition: 2 }, 't', ERROR.unknownTopicOrPartition],
  ['an unknown topic', {}, 'nowhere', ERROR.unknownTopicOrPartition],
  ['an epoch to come', { currentLeaderEpoch: 1 }, 't', ERROR.unknownLeaderEpoch],
])('%s is an error, told at once', async (_, partition, topic, errorCode) => {
  const request = requestOf([wanted(partition)], { maxWaitMs: LONG_MS }, topic);
  expect(await fetched(request)).toEqual([{ errorCode, values: [] }]);
});

test('the first batch alone may go beyond the limit of the response', async () => {
  const both = [wanted({ fetchOffset: 3 }), wanted({ partition: 1 })];
  expect(await fetched(requestOf(both))).toEqual([
    { errorCode: 0, values: ['a3', 'a4', 'a5'] },
    { errorCode: 0, values: ['b0'] },
  ]);
  expect(await fetched(requestOf(both, { maxBytes: 10 }))).toEqual([
    { errorCode: 0, values: ['a3', 'a4'] },
    { errorCode: 0, values: [] },
  ]);
});

test('says how far the partition goes', async () => {
  const { responses } = await wire.call(
    fetchApi,
    11,
    requestOf([wanted({ fetchOffset: 2 })], {}, 'shrinking'),
  );
  expect(responses[0]?.partitions[0]).toMatchObject({
    errorCode: ERROR.none,
    highWatermark: 3,
    lastStableOffset: 3,
    logStartOffset: 2,
    abortedTransactions: null,
  });
});

test('a session is not known, and none is begun', async () => {
  const begun = await wire.call(fetchApi, 12, requestOf([wanted()], { sessionEpoch: 0 }));
  expect(begun.sessionId).toBe(0);
  const unknown = await wire.call(fetchApi, 12, requestOf([], { sessionId: 77, sessionEpoch: 1 }));
  expect(unknown).toMatchObject({ errorCode: ERROR.fetchSessionIdNotFound, responses: [] });
});

test('a poll waits for records, and whoever pipelined behind it waits too', async () => {
  const poller = await bed.wire();
  const poll = requestOf([wanted(), wanted({ partition: 1 })], { maxWaitMs: LONG_MS }, 'quiet');
  const first = poller.send(fetchApi, 12, poll);
  const second = poller.send(fetchApi, 12, requestOf([wanted()]));
  // Another connection is answered meanwhile.
  expect(await fetched(requestOf([wanted({ fetchOffset: 5 })]))).toEqual([{ errorCode: 0, values: ['a5'] }]);
  expect(poller.raw.frames()).toEqual([]);
  await append('quiet', 1, ['now']);
  expect(read(await poller.answerTo(fetchApi, 12, first))).toEqual([
    { errorCode: 0, values: [] },
    { errorCode: 0, values: ['now'] },
  ]);
  expect(read(await poller.answerTo(fetchApi, 12, second))).toEqual([{ errorCode: 0, values: ALL }]);
});

test('a poll waits for as many bytes as it asks for', async () => {
  const poller = await bed.wire();
  const bytes = recordBatch(['0123456789']).length;
  const poll = requestOf([wanted({ fetchOffset: 0 })], { maxWaitMs: LONG_MS, minBytes: bytes * 3 }, 'quiet');
  const id = poller.send(fetchApi, 12, poll);
  await append('quiet', 0, ['0123456789']);
  await append('quiet', 0, ['0123456789']);
  await fetched(requestOf([wanted()]));
  expect(poller.raw.frames()).toEqual([]);
  await append('quiet', 0, ['0123456789']);
  expect(read(await poller.answerTo(fetchApi, 12, id))[0]?.values).toHaveLength(3);
});

test('a poll ends when its topic is deleted', async () => {
  const poller = await bed.wire();
  const id = poller.send(fetchApi, 12, requestOf([wanted()], { maxWaitMs: LONG_MS }, 'doomed'));
  await wire.call(deleteTopics, 5, { topicNames: ['doomed'], timeoutMs: 1_000 });
  expect(read(await poller.answerTo(fetchApi, 12, id))).toEqual([
    { errorCode: ERROR.unknownTopicOrPartition, values: [] },
  ]);
});

// As Apache Kafka 4.3 answers each of them.
test.each<[string, number, number, object]>([
  ['the end', -1, 7, { errorCode: 0, offset: 6, timestamp: -1, leaderEpoch: 0 }],
  ['the end, in the first version', -1, 1, { errorCode: 0, offset: 6, timestamp: -1, leaderEpoch: -1 }],
  ['the beginning', -2, 7, { errorCode: 0, offset: 0, timestamp: -1, leaderEpoch: 0 }],
  ['the greatest time', -3, 7, { errorCode: 0, offset: 4, timestamp: START_MS + 1_000, leaderEpoch: 0 }],
  ['the greatest time, before its version', -3, 6, { errorCode: ERROR.unsupportedVersion, offset: -1 }],
  ['a special time that is not known', -5, 7, { errorCode: ERROR.unsupportedVersion, offset: -1 }],
  ['the first of all', 0, 7, { errorCode: 0, offset: 0, timestamp: START_MS }],
  ['a time in between', START_MS + 1, 7, { errorCode: 0, offset: 3, timestamp: START_MS + 1_000 }],
  ['a time to come', START_MS + 2_000, 7, { errorCode: 0, offset: -1, timestamp: -1, leaderEpoch: -1 }],
])('offset of %s', async (_, timestamp, version, expected) => {
  const response = await wire.call(listOffsets, version, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }] }],
  });
  expect(response.topics[0]?.partitions[0]).toMatchObject(expected);
});
