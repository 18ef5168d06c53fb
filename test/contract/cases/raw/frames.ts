import { expect } from '@jest/globals';
import type { CaseScope } from '../../support/case-scope.js';
import type { ContractCase } from '../../support/contract-case.js';
import { RawConnection, type RawRequest } from '../../raw/raw-connection.js';
import { API, ERROR } from '../../raw/protocol-numbers.js';
import { apiVersions, apiVersions3, fetch, metadata, produce } from '../../raw/requests.js';
import { recordBatch } from '../../raw/record-batch.js';
import { ByteWriter } from '../../raw/byte-writer.js';

/** Versions that kafkajs 2.2 (k), librdkafka 2 (l) and the Java client 4 (j) need; from source and protocol guide. */
const NEEDED: readonly (readonly [keyof typeof API, number])[] = [
  ['produce', 7],
  ['fetch', 11],
  ['listOffsets', 3],
  ['metadata', 6],
  ['offsetCommit', 5],
  ['offsetFetch', 5],
  ['findCoordinator', 2],
  ['joinGroup', 5],
  ['heartbeat', 3],
  ['leaveGroup', 3],
  ['syncGroup', 3],
  ['describeGroups', 2],
  ['listGroups', 2],
  ['createTopics', 3],
  ['deleteTopics', 1],
  ['deleteRecords', 1],
  ['initProducerId', 1],
  ['describeConfigs', 1],
  ['createPartitions', 0],
  ['deleteGroups', 1],
];

/** Requests, frames and versions: what is answered, and what ends the connection without harm to others. */
export const FRAME_CASES: readonly ContractCase[] = [
  {
    name: 'lists the versions of each request, all that the clients need among them',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      const { errorCode, ranges } = await connection.ask(apiVersions());
      expect(errorCode).toBe(ERROR.none);
      const missing = NEEDED.filter(([name, version]) => {
        const range = ranges.find((candidate) => candidate.apiKey === API[name]);
        return !range || version < range.min || version > range.max;
      });
      expect(missing).toEqual([]);
    },
  },
  {
    name: 'lists the same in the version with tagged fields, under the old header',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      const old = await connection.ask(apiVersions());
      const { errorCode, ranges } = await connection.ask(apiVersions3());
      expect(errorCode).toBe(ERROR.none);
      expect(ranges.map(({ apiKey }) => apiKey)).toEqual(
        expect.arrayContaining(old.ranges.map(({ apiKey }) => apiKey)),
      );
    },
  },
  {
    name: 'answers ApiVersions v99 with UNSUPPORTED_VERSION and the list, and goes on',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      const { errorCode, ranges } = await connection.ask({
        ...apiVersions3(),
        version: 99,
        read: apiVersions().read,
      });
      expect(errorCode).toBe(ERROR.unsupportedVersion);
      const own = ranges.find(({ apiKey }) => apiKey === API.apiVersions);
      expect(own?.max).toBeGreaterThanOrEqual(3);
      expect((await connection.ask(apiVersions3())).errorCode).toBe(ERROR.none);
    },
  },
  ...(
    [
      ['a version that is too new', { ...metadata([]), version: 99 }],
      ['a version that is too old', { ...fetch({ partitions: [] }), version: 1 }],
      ['a negative version', { ...metadata([]), version: -1 }],
      ['a request of an unknown kind', { ...metadata([]), apiKey: 999 }],
    ] satisfies (readonly [string, RawRequest<unknown>])[]
  ).map(([what, request]) => ({
    name: `closes the connection after ${what}, and that one only`,
    run: (scope: CaseScope) => closesAfter(scope, (connection) => connection.send(request)),
  })),
  ...(
    [
      [
        'a request that is cut off in the middle of a field',
        { ...metadata(['topic']), body: Buffer.from([0, 0]) },
      ],
      [
        'an array that claims two thousand million entries',
        { ...metadata(['topic']), body: new ByteWriter().int32(2_000_000_000).toBuffer() },
      ],
      [
        'a string longer than its request',
        {
          ...metadata(['topic']),
          body: new ByteWriter().int32(1).int16(30_000).raw(Buffer.from('abc')).toBuffer(),
        },
      ],
    ] satisfies (readonly [string, RawRequest<unknown>])[]
  ).map(([what, request]) => ({
    name: `closes the connection after ${what}`,
    run: (scope: CaseScope) => closesAfter(scope, (connection) => connection.send(request)),
  })),
  ...(
    [
      ['a negative length', new ByteWriter().int32(-5).toBuffer()],
      ['a length of 2 GB', new ByteWriter().int32(0x7fff_ffff).toBuffer()],
      ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
      ['random bytes behind a fitting length', new ByteWriter().bytes(Buffer.alloc(64, 0xa5)).toBuffer()],
      ['a request shorter than its header', new ByteWriter().bytes(Buffer.from([0, 3])).toBuffer()],
    ] as const
  ).map(([what, bytes]) => ({
    name: `closes the connection after ${what}`,
    run: (scope: CaseScope) => closesAfter(scope, (connection) => connection.write(bytes)),
  })),
  {
    name: 'does not mind a client that goes away in the middle of a request',
    run: async (scope) => {
      const other = await RawConnection.open(scope);
      const connection = await RawConnection.open(scope);
      const { frame } = connection.frame(metadata(null));
      connection.write(frame.subarray(0, frame.length - 3));
      connection.end();
      await connection.closed();
      expect((await other.ask(metadata([]))).topics).toEqual([]);
    },
  },
  {
    name: 'reads a request that comes byte by byte',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      const { frame, correlationId } = connection.frame(apiVersions());
      for (const byte of frame) {
        connection.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await connection.receive()).correlationId).toBe(correlationId);
    },
  },
  {
    name: 'answers requests that were sent in one go in their order, a slow one first',
    run: async (scope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      const requests: RawRequest<unknown>[] = [
        fetch({ partitions: [{ topic, offset: 0 }], maxWaitMs: 300, minBytes: 1 }),
        metadata([topic]),
        produce({ topic, records: recordBatch({ records: [{ value: 'v' }] }) }),
        apiVersions(),
        fetch({ partitions: [{ topic, offset: 0 }] }),
        ...Array.from({ length: 50 }, () => metadata([])),
      ];
      const frames = requests.map((request) => connection.frame(request));
      connection.write(Buffer.concat(frames.map(({ frame }) => frame)));
      const answered: number[] = [];
      while (answered.length < frames.length) answered.push((await connection.receive()).correlationId);
      expect(answered).toEqual(frames.map(({ correlationId }) => correlationId));
    },
  },
  {
    name: 'tells of a topic that is not there, also when the client would have it made',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      for (const allowCreation of [false, true]) {
        const { topics } = await connection.ask(metadata([scope.name('topic')], allowCreation));
        expect(topics.map(({ errorCode }) => errorCode)).toEqual([ERROR.unknownTopicOrPartition]);
      }
      const { topics } = await connection.ask(metadata(['white space'], true));
      expect(topics.map(({ errorCode }) => errorCode)).toEqual([ERROR.invalidTopic]);
    },
  },
  {
    name: 'tells of all topics for null, and of none for an empty list',
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 3 });
      const connection = await RawConnection.open(scope);
      const all = await connection.ask(metadata(null));
      expect(all.topics).toContainEqual(
        expect.objectContaining({ name: topic, errorCode: 0, partitions: 3 }),
      );
      const none = await connection.ask(metadata([]));
      expect(none.topics).toEqual([]);
      expect(none.brokers.map(({ address }) => address)).toEqual([scope.target.brokers]);
    },
  },
];

async function closesAfter(scope: CaseScope, send: (connection: RawConnection) => unknown): Promise<void> {
  const other = await RawConnection.open(scope);
  const connection = await RawConnection.open(scope);
  await connection.ask(apiVersions());
  send(connection);
  await connection.closed();
  expect((await other.ask(apiVersions())).errorCode).toBe(ERROR.none);
}
