import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RequestOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { metadata } from '../../protocol/messages/metadata.js';
import { produce } from '../../protocol/messages/produce.js';
import { LogBed } from '../testing/log-bed.js';
import { recordBatch } from '../testing/record-batch.js';
import { type WireClient } from '../testing/wire-client.js';

let bed: LogBed;
let wire: WireClient;
beforeAll(async () => {
  bed = await LogBed.begin();
  wire = await bed.wire();
  const admin = await bed.use(bed.kafka().admin());
  const configEntries = [{ name: 'max.message.bytes', value: '20000' }];
  await admin.createTopics({ topics: [{ topic: 't', numPartitions: 3, configEntries }] });
});
afterAll(() => bed.end());

interface Given {
  readonly acks?: number;
  readonly transactionalId?: string | null;
  readonly topic?: string;
  readonly partition?: number;
}

function requestOf(records: Buffer | null, given: Given = {}): RequestOf<typeof produce> {
  const { acks = -1, transactionalId = null, topic = 't', partition = 0 } = given;
  return {
    transactionalId,
    acks,
    timeoutMs: 1_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
  };
}

const changed = (change: (batch: Buffer) => void): Buffer => {
  const batch = recordBatch(['a', 'b']);
  change(batch);
  return batch;
};

async function outcome(
  records: Buffer | null,
  given: Given = {},
): Promise<{ errorCode: number; baseOffset: number }> {
  const response = await wire.call(produce, 9, requestOf(records, given));
  const { errorCode = 0, baseOffset = 0 } = response.responses[0]?.partitionResponses[0] ?? {};
  return { errorCode, baseOffset };
}

// As Apache Kafka 4.3 answers each of them.
test.each<[string, () => Buffer | null, Given, number]>([
  ['acks that do not exist', () => recordBatch(['a']), { acks: 2 }, ERROR.invalidRequiredAcks],
  ['an unknown topic', () => recordBatch(['a']), { topic: 'nowhere' }, ERROR.unknownTopicOrPartition],
  ['an unknown partition', () => recordBatch(['a']), { partition: 3 }, ERROR.unknownTopicOrPartition],
  ['a negative partition', () => recordBatch(['a']), { partition: -1 }, ERROR.unknownTopicOrPartition],
  [
    'a transaction',
    () => recordBatch(['a']),
    { transactionalId: 'x' },
    ERROR.transactionalIdAuthorizationFailed,
  ],
  ['no records', () => null, {}, ERROR.invalidRecord],
  ['empty records', () => Buffer.alloc(0), {}, ERROR.invalidRecord],
  ['ten bytes', () => Buffer.alloc(10), {}, ERROR.invalidRecord],
  ['a header of zeros', () => Buffer.alloc(61), {}, ERROR.corruptMessage],
  ['two batches', () => Buffer.concat([recordBatch(['a']), recordBatch(['b'])]), {}, ERROR.invalidRecord],
  ['a batch cut short', () => recordBatch(['a']).subarray(0, -1), {}, ERROR.invalidRecord],
  [
    'a flipped bit',
    () => changed((batch) => batch.writeUInt8(batch.readUInt8(70) ^ 4, 70)),
    {},
    ERROR.corruptMessage,
  ],
  ['a wrong checksum', () => changed((batch) => batch.writeUInt32BE(1, 17)), {}, ERROR.corruptMessage],
  ['the format of 2017', () => changed((batch) => batch.writeInt8(1, 16)), {}, ERROR.invalidRecord],
  ['a format of the future', () => changed((batch) => batch.writeInt8(3, 16)), {}, ERROR.corruptMessage],
  ['a control batch', () => recordBatch(['a'], { attributes: 0x20 }), {}, ERROR.invalidRecord],
  [
    'a transactional batch',
    () => recordBatch(['a'], { attributes: 0x10, producer: { id: 5, epoch: 0, sequence: 0 } }),
    {},
    ERROR.transactionalIdAuthorizationFailed,
  ],
  ['more than the topic takes', () => recordBatch(['x'.repeat(30_000)]), {}, ERROR.messageTooLarge],
])('%s is refused, and the next one is taken', async (_, records, given, errorCode) => {
  const before = await outcome(recordBatch(['before']));
  expect(await outcome(records(), given)).toEqual({ errorCode, baseOffset: -1 });
  expect(await outcome(recordBatch(['after']))).toEqual({ errorCode: 0, baseOffset: before.baseOffset + 1 });
});

test('each partition of a request has its own outcome', async () => {
  const response = await wire.call(produce, 9, {
    ...requestOf(null),
    topicData: [
      {
        name: 't',
        partitionData: [1, 9, 2].map((index) => ({ index, records: recordBatch([`p${index}`]) })),
      },
    ],
  });
  const outcomes = response.responses[0]?.partitionResponses.map(({ index, errorCode, baseOffset }) => [
    index,
    errorCode,
    baseOffset,
  ]);
  expect(outcomes).toEqual([
    [1, 0, 0],
    [9, ERROR.unknownTopicOrPartition, -1],
    [2, 0, 0],
  ]);
});

test('acks=0 has no answer; what is refused ends the connection', async () => {
  const quiet = await bed.wire();
  const before = await outcome(recordBatch(['before']));
  quiet.send(produce, 9, requestOf(recordBatch(['quiet']), { acks: 0 }));
  const asked = {
    topics: [],
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  };
  await quiet.call(metadata, 9, asked);
  expect(quiet.raw.frames()).toHaveLength(1);
  expect((await outcome(recordBatch(['after']))).baseOffset).toBe(before.baseOffset + 2);
  quiet.send(produce, 9, requestOf(recordBatch(['x']), { acks: 0, topic: 'nowhere' }));
  await quiet.raw.closed();
  expect(quiet.raw.frames()).toHaveLength(1);
});

test('a resend of an idempotent producer is stored once, a gap and an old epoch are refused', async () => {
  const from = (sequence: number, epoch = 0): Buffer =>
    recordBatch(['a', 'b'], { producer: { id: 4_000, epoch, sequence } });
  const first = await outcome(from(0));
  expect(first.errorCode).toBe(0);
  expect(await outcome(from(0))).toEqual(first);
  expect(await outcome(from(2))).toEqual({ errorCode: 0, baseOffset: first.baseOffset + 2 });
  expect(await outcome(from(0))).toEqual(first);
  expect((await outcome(from(9))).errorCode).toBe(ERROR.outOfOrderSequenceNumber);
  expect((await outcome(from(7, 1))).errorCode).toBe(ERROR.outOfOrderSequenceNumber);
  expect(await outcome(from(0, 1))).toEqual({ errorCode: 0, baseOffset: first.baseOffset + 4 });
  expect((await outcome(from(4, 0))).errorCode).toBe(ERROR.invalidProducerEpoch);
});

test('what one connection sends without waiting is stored in its order', async () => {
  const [first, ...others] = Array.from({ length: 50 }, (_, i) =>
    wire.send(produce, 9, requestOf(recordBatch([`n${i}`]), { partition: 2 })),
  );
  const answers = await Promise.all([first ?? 0, ...others].map((id) => wire.answerTo(produce, 9, id)));
  const offsets = answers.map(({ responses }) => responses[0]?.partitionResponses[0]?.baseOffset ?? -1);
  const start = offsets[0] ?? 0;
  expect(offsets).toEqual(offsets.map((_, i) => start + i));
});
