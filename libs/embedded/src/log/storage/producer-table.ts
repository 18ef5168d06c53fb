import { refused, REFUSAL, type Refused } from './append-outcome.js';
import { type BatchHeader } from './record-batch.js';

/** How many batches back a resend is recognised; the same as a client may have in flight. */
const REMEMBERED_BATCHES = 5;
const MAX_SEQUENCE = 2 ** 31 - 1;

export interface SequencedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  /** -1 where the producer's clock stamps the records. */
  readonly appendTimeMs: number;
}

/** What is known of one idempotent producer. Never changed in place. */
export interface ProducerEntry {
  readonly epoch: number;
  /** Oldest first; at least one, at most five. */
  readonly batches: readonly SequencedBatch[];
  readonly lastSeenMs: number;
}

export interface NumberedBatch {
  readonly header: BatchHeader;
  readonly baseOffset: number;
}

/** Entries as they will be once the batches are on the disk. */
export type StagedProducers = ReadonlyMap<number, ProducerEntry>;

export type Admission =
  | { readonly kind: 'new'; readonly staged: StagedProducers }
  | { readonly kind: 'duplicate'; readonly of: SequencedBatch }
  | Refused;

/**
 * The sequence numbers of a partition's idempotent producers. What is staged counts for the next `admit`, and becomes
 * part of the snapshot by `commit`; `rollback` forgets it. Beyond `maxProducers` the one longest unseen is forgotten:
 * its next batch is taken with any sequence number, as Kafka does with a producer it does not know.
 */
export class ProducerTable {
  private readonly committed = new Map<number, ProducerEntry>();
  private readonly staged = new Map<number, ProducerEntry>();

  constructor(private readonly maxProducers: number) {}

  /** Decides about all batches of one append; stages nothing yet. */
  admit(batches: readonly NumberedBatch[], appendTimeMs: number, nowMs: number): Admission {
    const staged = new Map<number, ProducerEntry>();
    let duplicate: SequencedBatch | undefined;
    for (const { header, baseOffset } of batches) {
      if (header.producerId < 0) continue;
      const known = staged.get(header.producerId) ?? this.get(header.producerId);
      const earlier = known && findResend(known, header);
      if (earlier) {
        duplicate ??= earlier;
        continue;
      }
      const problem = known && sequenceProblem(known, header);
      if (problem) return problem;
      staged.set(header.producerId, extend(known, header, baseOffset, appendTimeMs, nowMs));
    }
    if (!duplicate) return { kind: 'new', staged };
    const isResend = staged.size === 0 && batches.every(({ header }) => header.producerId >= 0);
    return isResend
      ? { kind: 'duplicate', of: duplicate }
      : refused(REFUSAL.outOfOrderSequenceNumber, 'Some of the batches were stored before, others were not.');
  }

  stage(entries: StagedProducers): void {
    for (const [id, entry] of entries) this.staged.set(id, entry);
  }

  commit(entries: StagedProducers): void {
    for (const [id, entry] of entries) {
      if (this.staged.get(id) === entry) this.staged.delete(id);
      this.put(id, entry);
    }
  }

  rollback(): void {
    this.staged.clear();
  }

  /** Takes over a batch that recovery found in the log. */
  replay(header: BatchHeader, nowMs: number): void {
    if (header.producerId < 0) return;
    const appendTimeMs = header.isAppendTime ? header.maxTimestampMs : -1;
    const known = this.committed.get(header.producerId);
    this.put(header.producerId, extend(known, header, header.baseOffset, appendTimeMs, nowMs));
  }

  /** Forgets who has written nothing since `beforeMs`. */
  expire(beforeMs: number): void {
    for (const [id, entry] of this.committed) {
      if (entry.lastSeenMs >= beforeMs) return;
      this.committed.delete(id);
    }
  }

  /** What is on the disk, longest unseen first. */
  snapshot(): (readonly [number, ProducerEntry])[] {
    return [...this.committed];
  }

  restore(entries: Iterable<readonly [number, ProducerEntry]>): void {
    for (const [id, entry] of entries) this.put(id, entry);
  }

  private get(id: number): ProducerEntry | undefined {
    return this.staged.get(id) ?? this.committed.get(id);
  }

  private put(id: number, entry: ProducerEntry): void {
    // A map lists its keys in the order of insertion: the first is the one longest unseen.
    this.committed.delete(id);
    this.committed.set(id, entry);
    if (this.committed.size <= this.maxProducers) return;
    for (const oldest of this.committed.keys()) {
      this.committed.delete(oldest);
      return;
    }
  }
}

function findResend(known: ProducerEntry, header: BatchHeader): SequencedBatch | undefined {
  if (known.epoch !== header.producerEpoch) return undefined;
  const last = lastSequence(header);
  return known.batches.find(
    (batch) => batch.firstSequence === header.baseSequence && batch.lastSequence === last,
  );
}

function sequenceProblem(known: ProducerEntry, header: BatchHeader): Refused | undefined {
  if (header.producerEpoch < known.epoch) {
    const message = `Producer ${header.producerId} has epoch ${known.epoch}; this is from epoch ${header.producerEpoch}.`;
    return refused(REFUSAL.invalidProducerEpoch, message);
  }
  const due = header.producerEpoch > known.epoch ? 0 : dueSequence(known);
  if (header.baseSequence === due) return undefined;
  return refused(
    REFUSAL.outOfOrderSequenceNumber,
    `Sequence number ${due} of producer ${header.producerId} is due, ${header.baseSequence} came.`,
  );
}

function dueSequence(known: ProducerEntry): number {
  const last = known.batches.at(-1)?.lastSequence ?? -1;
  return last === MAX_SEQUENCE ? 0 : last + 1;
}

function extend(
  known: ProducerEntry | undefined,
  header: BatchHeader,
  baseOffset: number,
  appendTimeMs: number,
  nowMs: number,
): ProducerEntry {
  const earlier = known && known.epoch === header.producerEpoch ? known.batches : [];
  const batch: SequencedBatch = {
    firstSequence: header.baseSequence,
    lastSequence: lastSequence(header),
    baseOffset,
    appendTimeMs,
  };
  return {
    epoch: header.producerEpoch,
    batches: [...earlier, batch].slice(-REMEMBERED_BATCHES),
    lastSeenMs: nowMs,
  };
}

/** Sequence numbers go on at 0 after 2^31 - 1. */
function lastSequence(header: BatchHeader): number {
  const last = header.baseSequence + (header.lastOffset - header.baseOffset);
  return last > MAX_SEQUENCE ? last - MAX_SEQUENCE - 1 : last;
}
