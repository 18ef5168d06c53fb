import { refused, REFUSAL, type Refused } from './append-outcome.js';
import {
  batchBytes,
  CODEC,
  hasValidCrc,
  HEADER_BYTES,
  isSafeInt64,
  magicOf,
  readHeader,
  type BatchHeader,
} from './record-batch.js';
import { checkRecords } from './records.js';
import { RecordsError } from './records-error.js';
import { type TopicConfig } from './topic-config.js';

/** One batch of a produce request: where it lies in the bytes received, and what its header says. */
export interface ProducedBatch {
  readonly at: number;
  readonly header: BatchHeader;
}

/**
 * Splits what a producer sent for one partition into its batches, each checked: format, length, checksum, count,
 * size, times, records, and keys where the topic is compacted. Changes nothing in `records`.
 */
export function validateProduced(
  records: Buffer,
  config: TopicConfig,
  maxUnpackedBytes: number,
): readonly ProducedBatch[] | Refused {
  const batches: ProducedBatch[] = [];
  for (let at = 0; at < records.length;) {
    const problem = frameProblem(records, at) ?? batchProblem(records, at, config, maxUnpackedBytes);
    if (problem) return problem;
    const header = readHeader(records, at);
    batches.push({ at, header });
    at += header.bytes;
  }
  return batches.length > 0 ? batches : refused(REFUSAL.invalidRecord, 'There is no record batch.');
}

function frameProblem(records: Buffer, at: number): Refused | undefined {
  const left = records.length - at;
  if (left < HEADER_BYTES)
    return refused(REFUSAL.corruptMessage, `A batch header has ${HEADER_BYTES} bytes, ${left} came.`);
  const magic = magicOf(records, at);
  if (magic !== 2) return refused(REFUSAL.invalidRecord, `Batches have format 2, this one has ${magic}.`);
  const size = batchBytes(records, at);
  if (size < HEADER_BYTES || size > left)
    return refused(REFUSAL.corruptMessage, `The batch says it has ${size} bytes, ${left} came.`);
  return undefined;
}

function batchProblem(
  records: Buffer,
  at: number,
  config: TopicConfig,
  maxUnpackedBytes: number,
): Refused | undefined {
  const header = readHeader(records, at);
  if (header.bytes > config.maxMessageBytes) {
    const message = `The batch has ${header.bytes} bytes; the topic takes ${config.maxMessageBytes}.`;
    return refused(REFUSAL.messageTooLarge, message);
  }
  if (!hasValidCrc(records, at, header.bytes))
    return refused(REFUSAL.corruptMessage, 'The checksum of the batch is wrong.');
  return (
    fieldProblem(header) ?? recordsProblem(records.subarray(at, at + header.bytes), config, maxUnpackedBytes)
  );
}

function fieldProblem(header: BatchHeader): Refused | undefined {
  const { baseOffset, count, codec, producerId } = header;
  if (baseOffset !== 0)
    return refused(
      REFUSAL.invalidRecord,
      `The batch has a base offset of ${baseOffset}, which is not for producers.`,
    );
  const delta = header.lastOffset - header.baseOffset;
  if (count < 1 || count !== delta + 1) {
    const message = `The batch says it has ${count} records, and offsets for ${delta + 1}.`;
    return refused(REFUSAL.invalidRecord, message);
  }
  if (codec > CODEC.zstd) return refused(REFUSAL.unsupportedCompressionType, `There is no codec ${codec}.`);
  if (header.isControl) return refused(REFUSAL.invalidRecord, 'Producers do not write control batches.');
  if (header.isTransactional) return refused(REFUSAL.invalidTxnState, 'There are no transactions here.');
  if (header.isAppendTime)
    return refused(REFUSAL.invalidTimestamp, 'Producers do not stamp records with the append time.');
  if (!isSafeInt64(header.baseTimestampMs) || !isSafeInt64(header.maxTimestampMs))
    return refused(REFUSAL.invalidTimestamp, 'A timestamp is out of range.');
  if (!isSafeInt64(producerId) || producerId < -1)
    return refused(REFUSAL.invalidRecord, 'The producer ID is out of range.');
  if (producerId >= 0 && (header.baseSequence < 0 || header.producerEpoch < 0))
    return refused(REFUSAL.invalidRecord, 'An idempotent producer needs an epoch and a sequence number.');
  return undefined;
}

function recordsProblem(batch: Buffer, config: TopicConfig, maxUnpackedBytes: number): Refused | undefined {
  try {
    const allHaveKeys = checkRecords(batch, maxUnpackedBytes);
    if (config.cleanup === 'compact' && !allHaveKeys)
      return refused(REFUSAL.invalidRecord, 'The topic is compacted: each record needs a key.');
    return undefined;
  } catch (error) {
    if (error instanceof RecordsError)
      return refused(REFUSAL.invalidRecord, `The records cannot be read: ${error.message}.`);
    throw error;
  }
}
