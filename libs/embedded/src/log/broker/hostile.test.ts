import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { type RequestOf } from '../protocol/api.js';
import { ERROR } from '../protocol/error-codes.js';
import { fetchApi } from '../protocol/messages/fetch.js';
import { LogBed } from './testing/log-bed.js';
import { RawClient, rawRequest } from './testing/raw-client.js';

let bed: LogBed;
const raws: RawClient[] = [];
beforeEach(async () => {
  bed = await LogBed.begin();
});
afterEach(async () => {
  for (const raw of raws.splice(0)) raw.destroy();
  await bed.end();
});

async function connect(): Promise<RawClient> {
  const raw = await RawClient.connect(bed.port);
  raws.push(raw);
  return raw;
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const request = (apiKey: number, apiVersion: number, body: Buffer = Buffer.alloc(0)): Buffer =>
  rawRequest({ apiKey, apiVersion, correlationId: 7 }, body);

async function isAlive(): Promise<void> {
  const raw = await connect();
  raw.send(request(18, 0));
  expect((await raw.received(1))[0]?.readInt16BE(4)).toBe(ERROR.none);
}

// Tried against Apache Kafka 4.3 as well, which closes the connection too.
test.each<[string, Buffer]>([
  ['an unknown API', request(999, 0)],
  ['a negative API', request(-5, 0)],
  ['a version to come', request(3, 99)],
  ['a negative version', request(3, -1)],
  ['a version of Produce that is offered, but gone', request(0, 2)],
  ['a header cut short', Buffer.concat([int32(2), Buffer.from([0, 18])])],
  ['one byte', Buffer.concat([int32(1), Buffer.from([0])])],
  ['a body cut short', request(3, 1, int32(5))],
  ['an array longer than the request', request(3, 1, int32(0x7fff_ffff))],
  ['a flexible request without its tags', request(18, 3)],
  ['a string that is not UTF-8', request(3, 1, Buffer.concat([int32(1), Buffer.from([0, 2, 0xc3, 0x28])]))],
])('%s closes the connection; others do not notice', async (_, bytes) => {
  const raw = await connect();
  raw.send(bytes);
  await raw.closed();
  expect(raw.frames()).toEqual([]);
  await isAlive();
});

test.each([99, 5, -1])('version %i of ApiVersions is answered with what is spoken', async (version) => {
  const raw = await connect();
  const isFlexible = version >= 3;
  raw.send(request(18, version, Buffer.alloc(isFlexible ? 1 : 0)), request(18, 0));
  const [answer, next] = await raw.received(2);
  // Correlation ID, UNSUPPORTED_VERSION, one entry: API 18 from 0 to 4; and the connection lives on.
  expect(answer?.toString('hex')).toBe('0000000700230000000100120000'.concat('0004'));
  expect(next?.readInt16BE(4)).toBe(ERROR.none);
});

test('random bytes never do more than end their connection', async () => {
  let seed = 42;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const fuzzers = await Promise.all(Array.from({ length: 60 }, connect));
  fuzzers.forEach((raw, i) => {
    const body = Buffer.from(Array.from({ length: 1 + (i % 40) * 3 }, () => Math.floor(random() * 256)));
    const apiKey = Math.floor(random() * 62);
    raw.send(request(apiKey, Math.floor(random() * 5), body));
    raw.socket.end();
  });
  await Promise.all(fuzzers.map((raw) => raw.closed()));
  await isAlive();
  expect(bed.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('faults are logged once a minute, not once each', async () => {
  for (let i = 0; i < 20; i++) {
    const raw = await connect();
    raw.send(request(999, 0));
    await raw.closed();
  }
  expect(bed.lines.map(({ level, message }) => [level, message])).toEqual([
    ['warn', expect.stringContaining('API 999 is not spoken in version 0')],
  ]);
});

test('a client that asks for all and reads nothing leaves the others at their speed', async () => {
  const admin = await bed.use(bed.kafka().admin());
  await admin.createTopics({ topics: [{ topic: 'big', numPartitions: 1 }] });
  const producer = await bed.use(bed.kafka().producer());
  const value = Buffer.alloc(500_000, 1);
  for (let i = 0; i < 24; i++) await producer.send({ topic: 'big', messages: [{ value }] });
  const deaf = await bed.wire();
  deaf.raw.socket.pause();
  const partition = { partition: 0, currentLeaderEpoch: -1, fetchOffset: 0, lastFetchedEpoch: -1 };
  const poll: RequestOf<typeof fetchApi> = {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 50_000_000,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      { topic: 'big', partitions: [{ ...partition, logStartOffset: -1, partitionMaxBytes: 50_000_000 }] },
    ],
    forgottenTopicsData: [],
    rackId: '',
    clusterId: null,
  };
  for (let i = 0; i < 200; i++) deaf.send(fetchApi, 11, poll);
  let received = 0;
  const consumer = await bed.use(bed.kafka().consumer({ groupId: 'hearing', maxWaitTimeInMs: 200 }));
  await consumer.subscribe({ topic: 'big', fromBeginning: true });
  await consumer.run({
    eachMessage: async () => {
      received++;
    },
  });
  for (let i = 0; i < 24; i++) await producer.send({ topic: 'big', messages: [{ value }] });
  await eventually(() => received === 48, { what: 'all records at the one that reads' });
  expect(deaf.raw.isClosed).toBe(false);
});
