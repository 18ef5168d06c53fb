import { refused, REFUSAL, type Refused } from './append-outcome.js';
import { validateProduced } from './batch-validation.js';
import { type ProducerTable, type SequencedBatch, type StagedProducers } from './producer-table.js';
import { assignOffset, stampAppendTime } from './record-batch.js';
import { type StorageContext } from './storage-context.js';
import { type TopicConfig } from './topic-config.js';

/** What an append will store once it is on the disk. */
export interface NewAppend {
  readonly kind: 'new';
  readonly baseOffset: number;
  /** The offset behind its last record. */
  readonly endOffset: number;
  /** -1 where the producer's clock stamps the records. */
  readonly logAppendTimeMs: number;
  readonly staged: StagedProducers;
}

export type AppendPlan = NewAppend | { readonly kind: 'duplicate'; readonly of: SequencedBatch } | Refused;

/**
 * Checks what a producer sent and decides where it goes. For a new append the bytes counted against the store's bound
 * have been taken, and offsets and times have been written into `records`; else nothing was changed.
 */
export function planAppend(
  context: StorageContext,
  producers: ProducerTable,
  config: TopicConfig,
  records: Buffer,
  baseOffset: number,
): AppendPlan {
  const batches = validateProduced(records, config, context.limits.maxUnpackedBytes);
  if ('kind' in batches) return batches;
  const nowMs = context.now();
  const logAppendTimeMs = config.timestampType === 'append' ? nowMs : -1;
  let endOffset = baseOffset;
  const numbered = batches.map(({ at, header }) => {
    const place = { at, header, baseOffset: endOffset };
    endOffset += header.count;
    return place;
  });
  const admission = producers.admit(numbered, logAppendTimeMs, nowMs);
  if (admission.kind !== 'new') return admission;
  if (!context.pending.tryAdd(records.length))
    return refused(REFUSAL.requestTimedOut, 'Too many bytes wait for the disk; try again.');
  for (const batch of numbered) {
    assignOffset(records, batch.at, batch.baseOffset);
    if (logAppendTimeMs >= 0) stampAppendTime(records, batch.at, batch.header.bytes, logAppendTimeMs);
  }
  return { kind: 'new', baseOffset, endOffset, logAppendTimeMs, staged: admission.staged };
}
