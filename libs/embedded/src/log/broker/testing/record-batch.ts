import CRC32C from 'crc-32/crc32c.js';
import { encodeJournalBatch } from '../journal-batch.js';

const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;

export interface BatchOptions {
  readonly timestampMs?: number;
  readonly attributes?: number;
  readonly producer?: { readonly id: number; readonly epoch: number; readonly sequence: number };
}

/** A batch as a producer sends it, with a record a value. */
export function recordBatch(values: readonly string[], options: BatchOptions = {}): Buffer {
  const { timestampMs = Date.now(), attributes = 0, producer } = options;
  const entries = values.map((value) => ({ key: Buffer.from('key'), value: Buffer.from(value) }));
  const batch = encodeJournalBatch(entries, timestampMs);
  batch.writeInt16BE(attributes, ATTRIBUTES_AT);
  if (producer) {
    batch.writeBigInt64BE(BigInt(producer.id), PRODUCER_ID_AT);
    batch.writeInt16BE(producer.epoch, PRODUCER_EPOCH_AT);
    batch.writeInt32BE(producer.sequence, BASE_SEQUENCE_AT);
  }
  batch.writeUInt32BE(CRC32C.buf(batch.subarray(ATTRIBUTES_AT)) >>> 0, CRC_AT);
  return batch;
}
