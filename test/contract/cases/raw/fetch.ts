import { expect } from '@jest/globals';
import { KEEPS_ALL, type CaseScope } from '../../support/case-scope.js';
import type { ContractCase } from '../../support/contract-case.js';
import { RawConnection } from '../../raw/raw-connection.js';
import { readRecords, recordBatch } from '../../raw/record-batch.js';
import { ERROR } from '../../raw/protocol-numbers.js';
import { deleteRecords, fetch, listOffsets, produce, type FetchedPartition } from '../../raw/requests.js';

/** No case waits that long: an answer before it is one that was woken. */
const LONG_MS = 60_000;

/** What a broker gives to consumers, when, and how much of it. */
export const FETCH_CASES: readonly ContractCase[] = [
  {
    name: 'gives whole batches from the one that has the offset, compressed ones too',
    run: async (scope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      for (const gzip of [false, true]) {
        await connection.ask(
          produce({ topic, records: recordBatch({ gzip, records: values('a', 'b', 'c') }) }),
        );
      }
      const [all] = await connection.ask(fetch({ partitions: [{ topic, offset: 0 }] }));
      expect(offsetsOf(all)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(all).toMatchObject({ errorCode: 0, highWatermark: 6, lastStableOffset: 6, logStartOffset: 0 });
      const [some] = await connection.ask(fetch({ partitions: [{ topic, offset: 4 }] }));
      expect(offsetsOf(some)).toEqual([3, 4, 5]);
    },
  },
  {
    name: 'gives a batch that is larger than the limits, so that a consumer can go on',
    run: async (scope) => {
      const topic = await filled(scope, 3, 5_000);
      const connection = await RawConnection.open(scope);
      const [fetched] = await connection.ask(
        fetch({ maxBytes: 100, partitions: [{ topic, offset: 1, maxBytes: 100 }] }),
      );
      expect(offsetsOf(fetched)[0]).toBe(1);
    },
  },
  {
    name: 'goes by the limit for a partition, but for the first batch',
    run: async (scope) => {
      const topic = await filled(scope, 10, 1_000);
      const connection = await RawConnection.open(scope);
      const [fetched] = await connection.ask(fetch({ partitions: [{ topic, offset: 0, maxBytes: 3_500 }] }));
      expect(offsetsOf(fetched)).toEqual([0, 1, 2]);
    },
  },
  {
    name: 'goes by the limit for an answer over its partitions, in their order',
    run: async (scope) => {
      const [one, two] = [await filled(scope, 5, 1_000), await filled(scope, 5, 1_000)];
      const connection = await RawConnection.open(scope);
      const [first, second] = await connection.ask(
        fetch({
          maxBytes: 3_500,
          partitions: [
            { topic: two, offset: 0 },
            { topic: one, offset: 0 },
          ],
        }),
      );
      expect([offsetsOf(first), offsetsOf(second)]).toEqual([[0, 1, 2], []]);
    },
  },
  {
    name: 'answers for each partition on its own: records, an error, nothing new',
    run: async (scope) => {
      const topic = await filled(scope, 2, 10);
      const connection = await RawConnection.open(scope);
      const answers = await connection.ask(
        fetch({
          // An error is no reason to wait.
          maxWaitMs: LONG_MS,
          minBytes: 1,
          partitions: [
            { topic, offset: 0 },
            { topic, partition: 1, offset: 0 },
            { topic: scope.name('topic'), offset: 0 },
            { topic, offset: 2 },
          ].slice(0, 3),
        }),
      );
      expect(answers.map(({ errorCode }) => errorCode)).toEqual([
        ERROR.none,
        ERROR.unknownTopicOrPartition,
        ERROR.unknownTopicOrPartition,
      ]);
      expect(answers.map(offsetsOf)).toEqual([[0, 1], [], []]);
    },
  },
  {
    name: 'answers OFFSET_OUT_OF_RANGE at once, on both sides of the log',
    run: async (scope) => {
      const topic = await filled(scope, 4, 10);
      const connection = await RawConnection.open(scope);
      expect(await connection.ask(deleteRecords(topic, 2))).toEqual({ errorCode: 0, lowWatermark: 2 });
      for (const offset of [1, 5]) {
        const [answer] = await connection.ask(
          fetch({ maxWaitMs: LONG_MS, minBytes: 1, partitions: [{ topic, offset }] }),
        );
        expect(answer?.errorCode).toBe(ERROR.offsetOutOfRange);
      }
      const [atTheEnd] = await connection.ask(fetch({ partitions: [{ topic, offset: 4 }] }));
      expect(atTheEnd).toMatchObject({ errorCode: 0, highWatermark: 4, logStartOffset: 2 });
    },
  },
  {
    name: 'waits at the end of the log and answers when a record comes',
    run: async (scope) => {
      const topic = await scope.topic();
      const [reader, writer] = [await RawConnection.open(scope), await RawConnection.open(scope)];
      const waiting = reader.ask(
        fetch({ maxWaitMs: LONG_MS, minBytes: 1, partitions: [{ topic, offset: 0 }] }),
      );
      await writer.ask(produce({ topic, records: recordBatch({ records: values('a') }) }));
      expect(offsetsOf((await waiting)[0])).toEqual([0]);
    },
  },
  {
    name: 'waits for the minimum of bytes over all partitions',
    run: async (scope) => {
      const topics = [await scope.topic(), await scope.topic()];
      const [reader, writer] = [await RawConnection.open(scope), await RawConnection.open(scope)];
      const waiting = reader.ask(
        fetch({
          maxWaitMs: LONG_MS,
          minBytes: 1_500,
          partitions: topics.map((topic) => ({ topic, offset: 0 })),
        }),
      );
      const records = recordBatch({ records: values('x'.repeat(1_000)) });
      for (const topic of topics) await writer.ask(produce({ topic, records }));
      expect((await waiting).map(offsetsOf)).toEqual([[0], [0]]);
    },
  },
  {
    name: 'gives what there is when the wait is over',
    run: async (scope) => {
      const topic = await filled(scope, 1, 10);
      const connection = await RawConnection.open(scope);
      const [fetched] = await connection.ask(
        fetch({ maxWaitMs: 100, minBytes: 1_000_000, partitions: [{ topic, offset: 0 }] }),
      );
      expect(offsetsOf(fetched)).toEqual([0]);
      const [nothing] = await connection.ask(
        fetch({ maxWaitMs: 100, minBytes: 1, partitions: [{ topic, offset: 1 }] }),
      );
      expect(nothing).toMatchObject({ errorCode: 0, highWatermark: 1 });
      expect(offsetsOf(nothing)).toEqual([]);
    },
  },
  {
    name: 'lets others work while one connection waits',
    run: async (scope) => {
      const topic = await scope.topic();
      const waiters = await Promise.all(Array.from({ length: 20 }, () => RawConnection.open(scope)));
      const waiting = waiters.map((waiter) =>
        waiter.ask(fetch({ maxWaitMs: LONG_MS, minBytes: 1, partitions: [{ topic, offset: 0 }] })),
      );
      const writer = await RawConnection.open(scope);
      expect((await writer.ask(listOffsets(topic, -1))).offset).toBe(0);
      await writer.ask(produce({ topic, records: recordBatch({ records: values('a') }) }));
      const answers = await Promise.all(waiting);
      expect(answers.map(([answer]) => offsetsOf(answer))).toEqual(waiters.map(() => [0]));
    },
  },
  {
    name: 'answers a waiting fetch when its topic is deleted',
    run: async (scope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      const waiting = connection.ask(
        fetch({ maxWaitMs: 10_000, minBytes: 1, partitions: [{ topic, offset: 0 }] }),
      );
      await scope.admin.deleteTopics({ topics: [topic] });
      expect((await waiting)[0]).toMatchObject({ errorCode: ERROR.unknownTopicOrPartition });
    },
  },
  {
    name: 'gives the same to a consumer that reads what is committed only',
    run: async (scope) => {
      const topic = await filled(scope, 3, 10);
      const connection = await RawConnection.open(scope);
      const [fetched] = await connection.ask(fetch({ isolation: 1, partitions: [{ topic, offset: 0 }] }));
      expect(fetched).toMatchObject({ errorCode: 0, lastStableOffset: 3 });
      expect(offsetsOf(fetched)).toEqual([0, 1, 2]);
    },
  },
  {
    name: 'tells offsets by time with the time of the record that was found',
    run: async (scope) => {
      const topic = await scope.topic({ config: KEEPS_ALL });
      const connection = await RawConnection.open(scope);
      const timed = [1_000, 3_000, 2_000].map((timestampMs) => ({ value: 'v', timestampMs }));
      await connection.ask(produce({ topic, records: recordBatch({ records: timed }) }));
      const asked = [-2, -1, 0, 1_001, 3_000, 3_001];
      const answers = [];
      for (const timestampMs of asked) answers.push(await connection.ask(listOffsets(topic, timestampMs)));
      expect(answers).toEqual([
        { errorCode: 0, timestampMs: -1, offset: 0 },
        { errorCode: 0, timestampMs: -1, offset: 3 },
        { errorCode: 0, timestampMs: 1_000, offset: 0 },
        { errorCode: 0, timestampMs: 3_000, offset: 1 },
        { errorCode: 0, timestampMs: 3_000, offset: 1 },
        { errorCode: 0, timestampMs: -1, offset: -1 },
      ]);
      expect((await connection.ask(listOffsets(scope.name('topic'), -1))).errorCode).toBe(
        ERROR.unknownTopicOrPartition,
      );
    },
  },
  {
    name: 'refuses to delete records that are not there yet, or of a partition that is not',
    run: async (scope) => {
      const topic = await filled(scope, 3, 10);
      const connection = await RawConnection.open(scope);
      expect(await connection.ask(deleteRecords(topic, 4))).toEqual({
        errorCode: ERROR.offsetOutOfRange,
        lowWatermark: -1,
      });
      expect((await connection.ask(deleteRecords(topic, 1, 7))).errorCode).toBe(
        ERROR.unknownTopicOrPartition,
      );
      expect(await connection.ask(deleteRecords(topic, 3))).toEqual({ errorCode: 0, lowWatermark: 3 });
      // What is gone stays gone.
      expect(await connection.ask(deleteRecords(topic, 1))).toEqual({ errorCode: 0, lowWatermark: 3 });
    },
  },
];

function values(...texts: readonly string[]): { value: string }[] {
  return texts.map((value) => ({ value }));
}

/** A topic with so many batches of one record. */
async function filled(scope: CaseScope, batches: number, valueBytes: number): Promise<string> {
  const topic = await scope.topic();
  const connection = await RawConnection.open(scope);
  const records = recordBatch({ records: values('x'.repeat(valueBytes)) });
  for (let n = 0; n < batches; n += 1) await connection.ask(produce({ topic, records }));
  return topic;
}

function offsetsOf(fetched: FetchedPartition | undefined): number[] {
  return readRecords(fetched?.records ?? Buffer.alloc(0)).map(({ offset }) => offset);
}
