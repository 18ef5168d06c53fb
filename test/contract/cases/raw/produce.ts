import { expect } from '@jest/globals';
import type { CaseScope } from '../../support/case-scope.js';
import type { ContractCase } from '../../support/contract-case.js';
import { RawConnection } from '../../raw/raw-connection.js';
import { recordBatch, type BatchOptions } from '../../raw/record-batch.js';
import { ERROR } from '../../raw/protocol-numbers.js';
import { initProducerId, listOffsets, produce } from '../../raw/requests.js';

const GOOD = recordBatch({ records: [{ key: 'k', value: 'good' }] });

/** Batches that a broker must not write. */
const BAD_BATCHES: readonly (readonly [string, Buffer, number])[] = [
  ['a wrong CRC', recordBatch({ records: [{ value: 'v' }], crc: 12_345 }), ERROR.corruptMessage],
  [
    'a flipped byte in a record',
    flipped(recordBatch({ records: [{ value: 'value' }] })),
    ERROR.corruptMessage,
  ],
  ['a batch that is cut off', GOOD.subarray(0, GOOD.length - 3), ERROR.invalidRecord],
  ['a batch that is shorter than a header', GOOD.subarray(0, 30), ERROR.invalidRecord],
];

const TRANSACTIONAL = recordBatch({
  records: [{ value: 'a' }],
  attributes: 0x10,
  producerId: 5,
  producerEpoch: 0,
  baseSequence: 0,
});

/** What a broker takes from producers, and what it refuses without harm. */
export const PRODUCE_CASES: readonly ContractCase[] = [
  ...BAD_BATCHES.map(([what, records, expected]) => ({
    name: `refuses ${what}, writes nothing, and takes the next batch`,
    run: async (scope: CaseScope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      expect((await connection.ask(produce({ topic, records }))).errorCode).toBe(expected);
      expect((await connection.ask(listOffsets(topic, -1))).offset).toBe(0);
      expect(await connection.ask(produce({ topic, records: GOOD }))).toMatchObject({
        errorCode: 0,
        baseOffset: 0,
      });
    },
  })),
  ...(
    [
      ['that says it has more records than it has', { recordCount: 3 }],
      ['whose last offset does not fit its count', { lastOffsetDelta: 7 }],
    ] satisfies (readonly [string, Partial<BatchOptions>])[]
  ).map(([what, wrong]) => ({
    name: `refuses a batch ${what}`,
    run: async (scope: CaseScope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      const records = recordBatch({ records: [{ value: 'a' }, { value: 'b' }], ...wrong });
      expect((await connection.ask(produce({ topic, records }))).errorCode).toBe(ERROR.invalidRecord);
      expect((await connection.ask(listOffsets(topic, -1))).offset).toBe(0);
    },
  })),
  {
    name: 'answers for a topic and for a partition that are not there',
    run: async (scope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      for (const where of [{ topic: scope.name('topic') }, { topic, partition: 1 }]) {
        const { errorCode, baseOffset } = await connection.ask(produce({ ...where, records: GOOD }));
        expect([errorCode, baseOffset]).toEqual([ERROR.unknownTopicOrPartition, -1]);
      }
    },
  },
  {
    name: 'refuses acks=2 with INVALID_REQUIRED_ACKS',
    run: async (scope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      const { errorCode } = await connection.ask(produce({ topic, records: GOOD, acks: 2 }));
      expect(errorCode).toBe(ERROR.invalidRequiredAcks);
      expect((await connection.ask(listOffsets(topic, -1))).offset).toBe(0);
    },
  },
  {
    name: 'answers nothing for acks=0, and writes the records',
    run: async (scope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      connection.send(produce({ topic, records: GOOD, acks: 0 }));
      // Its answer is the first that comes.
      const { errorCode, baseOffset } = await connection.ask(produce({ topic, records: GOOD }));
      expect([errorCode, baseOffset]).toEqual([0, 1]);
    },
  },
  {
    name: 'closes the connection when a batch with acks=0 cannot be written',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      connection.send(produce({ topic: scope.name('topic'), records: GOOD, acks: 0 }));
      await connection.closed();
    },
  },
  ...(
    [
      [
        'whose offsets do not begin at 0',
        recordBatch({ baseOffset: 9, records: [{ value: 'a' }] }),
        ERROR.invalidRecord,
      ],
      ['that is followed by another one', Buffer.concat([GOOD, GOOD]), ERROR.invalidRecord],
      ['that is empty', recordBatch({ records: [] }), ERROR.invalidRecord],
      ['without any bytes', Buffer.alloc(0), ERROR.invalidRecord],
      ['of an unknown version', recordBatch({ records: [{ value: 'a' }], magic: 3 }), ERROR.corruptMessage],
      ['of the old version 1', recordBatch({ records: [{ value: 'a' }], magic: 1 }), ERROR.invalidRecord],
      [
        'of control records',
        recordBatch({ records: [{ key: 'k', value: 'a' }], attributes: 0x20 }),
        ERROR.invalidRecord,
      ],
      ['of a transaction that there is not', TRANSACTIONAL, ERROR.transactionalIdAuthorizationFailed],
      ['with an unknown compression', recordBatch({ records: [{ value: 'a' }], attributes: 7 }), 'any'],
      ['that is not compressed as it says', recordBatch({ records: [{ value: 'a' }], attributes: 1 }), 'any'],
    ] as const
  ).map(([what, records, expected]) => ({
    name: `refuses a batch ${what}`,
    run: async (scope: CaseScope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      const { errorCode } = await connection.ask(produce({ topic, records }));
      if (expected === 'any') expect(errorCode).not.toBe(ERROR.none);
      else expect(errorCode).toBe(expected);
      expect((await connection.ask(listOffsets(topic, -1))).offset).toBe(0);
    },
  })),
  {
    name: 'wants keys in a compacted topic',
    run: async (scope) => {
      const topic = await scope.topic({ config: { 'cleanup.policy': 'compact' } });
      const connection = await RawConnection.open(scope);
      const records = recordBatch({ records: [{ key: 'k', value: 'v' }, { value: 'v' }] });
      expect((await connection.ask(produce({ topic, records }))).errorCode).toBe(ERROR.invalidRecord);
      expect(await connection.ask(produce({ topic, records: GOOD }))).toMatchObject({
        errorCode: 0,
        baseOffset: 0,
      });
    },
  },
  {
    name: 'gives each producer that asks an ID of its own',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      const [one, two] = [await connection.ask(initProducerId()), await connection.ask(initProducerId())];
      expect([one, two]).toMatchObject([
        { errorCode: 0, producerEpoch: 0 },
        { errorCode: 0, producerEpoch: 0 },
      ]);
      expect(one.producerId).not.toBe(two.producerId);
    },
  },
  {
    name: 'answers a resend of an idempotent producer with the offset it has, and writes it once',
    run: async (scope) => {
      const { connection, topic, batch } = await idempotent(scope);
      for (const [sequence, value] of [
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
      ] as const) {
        expect(await connection.ask(produce({ topic, records: batch(sequence, value) }))).toMatchObject({
          errorCode: 0,
          baseOffset: sequence,
        });
      }
      for (const [sequence, value] of [
        [2, 'c'],
        [0, 'a'],
        [1, 'b'],
      ] as const) {
        const { errorCode, baseOffset } = await connection.ask(
          produce({ topic, records: batch(sequence, value) }),
        );
        expect([errorCode, baseOffset]).toEqual([0, sequence]);
      }
      expect((await connection.ask(listOffsets(topic, -1))).offset).toBe(3);
    },
  },
  {
    name: 'refuses a gap in the sequence with OUT_OF_ORDER_SEQUENCE_NUMBER, and takes what was missing',
    run: async (scope) => {
      const { connection, topic, batch } = await idempotent(scope);
      await connection.ask(produce({ topic, records: batch(0, 'a') }));
      const { errorCode } = await connection.ask(produce({ topic, records: batch(2, 'c') }));
      expect(errorCode).toBe(ERROR.outOfOrderSequenceNumber);
      for (const [sequence, value] of [
        [1, 'b'],
        [2, 'c'],
      ] as const) {
        expect(await connection.ask(produce({ topic, records: batch(sequence, value) }))).toMatchObject({
          errorCode: 0,
          baseOffset: sequence,
        });
      }
    },
  },
  {
    name: 'refuses a sequence that it has forgotten with an error, and does not write it again',
    run: async (scope) => {
      const { connection, topic, batch } = await idempotent(scope);
      for (let sequence = 0; sequence < 8; sequence += 1) {
        await connection.ask(produce({ topic, records: batch(sequence, String(sequence)) }));
      }
      const { errorCode } = await connection.ask(produce({ topic, records: batch(0, '0') }));
      expect([ERROR.duplicateSequenceNumber, ERROR.outOfOrderSequenceNumber]).toContain(errorCode);
      expect((await connection.ask(listOffsets(topic, -1))).offset).toBe(8);
    },
  },
  {
    name: 'starts a newer epoch of a producer at 0, and refuses the older one from then on',
    run: async (scope) => {
      const { connection, topic, batch } = await idempotent(scope);
      await connection.ask(produce({ topic, records: batch(0, 'a') }));
      expect((await connection.ask(produce({ topic, records: batch(0, 'b', 1) }))).errorCode).toBe(0);
      const { errorCode } = await connection.ask(produce({ topic, records: batch(1, 'c', 0) }));
      expect(errorCode).toBe(ERROR.invalidProducerEpoch);
      expect((await connection.ask(listOffsets(topic, -1))).offset).toBe(2);
    },
  },
];

/** A producer with an ID, and its batches of one record. */
async function idempotent(scope: CaseScope) {
  const topic = await scope.topic();
  const connection = await RawConnection.open(scope);
  const { producerId } = await connection.ask(initProducerId());
  const batch = (baseSequence: number, value: string, producerEpoch = 0): Buffer =>
    recordBatch({ producerId, producerEpoch, baseSequence, records: [{ value }] });
  return { connection, topic, batch };
}

function flipped(batch: Buffer): Buffer {
  const copy = Buffer.from(batch);
  const at = copy.length - 3;
  copy.writeUInt8(copy.readUInt8(at) ^ 0x10, at);
  return copy;
}
