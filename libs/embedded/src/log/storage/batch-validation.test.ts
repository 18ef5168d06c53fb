import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import CRC32C from 'crc-32/crc32c.js';
import fc from 'fast-check';
import { REFUSAL } from './append-outcome.js';
import { validateProduced } from './batch-validation.js';
import { HEADER_BYTES, readHeader } from './record-batch.js';
import { unpackRecords } from './records.js';
import { buildBatch, decodeBatches, type TestBatch, type TestRecord } from './test-support.js';
import { DEFAULT_TOPIC_CONFIG, type TopicConfig } from './topic-config.js';

const COMPACTED: TopicConfig = { ...DEFAULT_TOPIC_CONFIG, cleanup: 'compact' };
const MAX_UNPACKED = 1_000_000;
const RECORDS: TestRecord[] = [{ key: 'a' }, { key: 'b' }, { key: 'c' }];

function changed(change: (batch: Buffer) => void): Buffer {
  const batch = buildBatch(RECORDS);
  change(batch);
  return batch;
}

/** Other bytes under a checksum that is right, as a faulty producer sends them. */
function miswritten(fields: TestBatch, change: (batch: Buffer) => Buffer | void): Buffer {
  const batch = buildBatch(RECORDS, fields);
  const written = change(batch) ?? batch;
  written.writeInt32BE(written.length - 12, 8);
  written.writeUInt32BE(CRC32C.buf(written.subarray(21)) >>> 0, 17);
  return written;
}

/** Where the first record begins; its bytes are length, attributes, time, offset, key length, key, and so on. */
const FIRST = HEADER_BYTES;

describe('validateProduced', () => {
  test.each<[string, Buffer, TopicConfig?]>([
    ['one batch', buildBatch(RECORDS)],
    ['several batches', Buffer.concat([buildBatch(RECORDS), buildBatch(RECORDS)])],
    ['gzip', buildBatch(RECORDS, { attributes: 1 })],
    ['a codec that is only stored', buildBatch(RECORDS, { attributes: 4 })],
    ['an idempotent producer', buildBatch(RECORDS, { producerId: 7 })],
    ['no time', buildBatch([{ timestampMs: -1 }])],
    ['no key where the topic is not compacted', buildBatch([{ key: null }])],
    ['keys where the topic is compacted', buildBatch(RECORDS), COMPACTED],
    ['packed keys where the topic is compacted', buildBatch(RECORDS, { attributes: 1 }), COMPACTED],
    [
      'the largest batch',
      buildBatch(RECORDS),
      { ...DEFAULT_TOPIC_CONFIG, maxMessageBytes: buildBatch(RECORDS).length },
    ],
  ])('takes %s', (_, records, config = DEFAULT_TOPIC_CONFIG) => {
    expect(validateProduced(records, config, MAX_UNPACKED)).not.toHaveProperty('kind');
  });

  test.each<[string, Buffer, number, TopicConfig?]>([
    ['nothing', Buffer.alloc(0), REFUSAL.invalidRecord],
    ['half a header', buildBatch(RECORDS).subarray(0, 30), REFUSAL.corruptMessage],
    ['a cut batch', buildBatch(RECORDS).subarray(0, -1), REFUSAL.corruptMessage],
    ['bytes behind a batch', Buffer.concat([buildBatch(RECORDS), Buffer.alloc(5)]), REFUSAL.corruptMessage],
    ['a negative length', changed((batch) => batch.writeInt32BE(-1, 8)), REFUSAL.corruptMessage],
    ['a length that is too small', changed((batch) => batch.writeInt32BE(10, 8)), REFUSAL.corruptMessage],
    ['format 1', changed((batch) => batch.writeInt8(1, 16)), REFUSAL.invalidRecord],
    ['a wrong checksum', changed((batch) => batch.writeUInt32BE(1, 17)), REFUSAL.corruptMessage],
    ['a changed record', changed((batch) => batch.writeInt8(9, batch.length - 1)), REFUSAL.corruptMessage],
    ['no records', buildBatch([], { count: 0, lastOffsetDelta: -1 }), REFUSAL.invalidRecord],
    ['a count that is too high', buildBatch(RECORDS, { count: 4 }), REFUSAL.invalidRecord],
    ['a count that is too low', buildBatch(RECORDS, { count: 2 }), REFUSAL.invalidRecord],
    ['codec 5', buildBatch(RECORDS, { attributes: 5 }), REFUSAL.unsupportedCompressionType],
    ['a control batch', buildBatch(RECORDS, { attributes: 0x20 }), REFUSAL.invalidRecord],
    ['a transaction', buildBatch(RECORDS, { attributes: 0x10, producerId: 1 }), REFUSAL.invalidTxnState],
    ['an append time', buildBatch(RECORDS, { attributes: 8 }), REFUSAL.invalidTimestamp],
    ['a time out of range', buildBatch(RECORDS, { maxTimestampMs: 2 ** 60 }), REFUSAL.invalidTimestamp],
    [
      'a producer without a sequence',
      buildBatch(RECORDS, { producerId: 1, baseSequence: -1 }),
      REFUSAL.invalidRecord,
    ],
    [
      'a producer without an epoch',
      buildBatch(RECORDS, { producerId: 1, producerEpoch: -1 }),
      REFUSAL.invalidRecord,
    ],
    ['a producer out of range', buildBatch(RECORDS, { producerId: 2 ** 60 }), REFUSAL.invalidRecord],
    [
      'too large a batch',
      buildBatch(RECORDS),
      REFUSAL.messageTooLarge,
      { ...DEFAULT_TOPIC_CONFIG, maxMessageBytes: 80 },
    ],
    ['a base offset', changed((batch) => batch.writeBigInt64BE(9n, 0)), REFUSAL.invalidRecord],
    [
      'gzip that is none',
      miswritten({ attributes: 1 }, (batch) => void batch.fill(0, FIRST)),
      REFUSAL.invalidRecord,
    ],
    [
      'records behind the last',
      miswritten({}, (batch) => Buffer.concat([batch, Buffer.of(0)])),
      REFUSAL.invalidRecord,
    ],
    ['a record cut short', miswritten({}, (batch) => batch.subarray(0, -1)), REFUSAL.invalidRecord],
    [
      'a record of another length',
      miswritten({}, (batch) => void batch.writeInt8(2, FIRST)),
      REFUSAL.invalidRecord,
    ],
    [
      'a record with another offset',
      miswritten({}, (batch) => void batch.writeInt8(8, FIRST + 3)),
      REFUSAL.invalidRecord,
    ],
    [
      'a header without a key',
      miswritten({}, (batch) => Buffer.concat([batch.subarray(0, -1), Buffer.of(2, 1, 1)])),
      REFUSAL.invalidRecord,
    ],
    ['no key', buildBatch([{ key: 'a' }, { key: null }]), REFUSAL.invalidRecord, COMPACTED],
    ['no key, packed', buildBatch([{ key: null }], { attributes: 1 }), REFUSAL.invalidRecord, COMPACTED],
    [
      'what unpacks to too much',
      buildBatch([{ value: Buffer.alloc(2 * MAX_UNPACKED) }], { attributes: 1 }),
      REFUSAL.invalidRecord,
      COMPACTED,
    ],
  ])('refuses %s', (_, records, error, config = DEFAULT_TOPIC_CONFIG) => {
    expect(validateProduced(records, config, MAX_UNPACKED)).toMatchObject({ kind: 'refused', error });
  });

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(200), (noise, at) => {
        const batch = buildBatch(RECORDS);
        Buffer.from(noise).copy(batch, Math.min(at, batch.length));
        validateProduced(batch, COMPACTED, MAX_UNPACKED);
        validateProduced(Buffer.from(noise), COMPACTED, MAX_UNPACKED);
      }),
    );
  });

  test('reads what kafkajs writes', async () => {
    const require = createRequire(import.meta.url);
    const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
      RecordBatch: (batch: object) => Promise<{ buffer: Buffer }>;
    };
    const record = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
      fields: object,
    ) => object;
    const records = ['x', 'y'].map((key, i) =>
      record({ offsetDelta: i, timestampDelta: i * 40, key, value: `value of ${key}`, headers: { h: '1' } }),
    );
    for (const compression of [0, 1]) {
      const fields = { compression, firstTimestamp: 5_000, maxTimestamp: 5_040, lastOffsetDelta: 1, records };
      const { buffer } = await RecordBatch(fields);
      expect(validateProduced(buffer, COMPACTED, MAX_UNPACKED)).toMatchObject([
        { at: 0, header: { count: 2, codec: compression, producerId: -1, maxTimestampMs: 5_040 } },
      ]);
      expect(decodeBatches(buffer)).toEqual([
        { offset: 0, key: 'x', value: 'value of x', timestampMs: 5_000 },
        { offset: 1, key: 'y', value: 'value of y', timestampMs: 5_040 },
      ]);
    }
  });

  test('the records of a batch are read back, whatever they hold', () => {
    const record = fc.record({
      key: fc.option(fc.string()),
      value: fc.option(fc.string()),
      timestampMs: fc.integer({ min: 0, max: 2 ** 45 }),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), fc.boolean(), (records, packed) => {
        const batch = buildBatch(records, { attributes: packed ? 1 : 0 });
        expect(decodeBatches(batch)).toEqual(records.map((each, offset) => ({ ...each, offset })));
        expect(unpackRecords(batch, 1e6)?.records).toHaveLength(readHeader(batch).count);
      }),
    );
  });
});
