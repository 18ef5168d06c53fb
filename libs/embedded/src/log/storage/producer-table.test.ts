import { describe, expect, test } from '@jest/globals';
import { REFUSAL } from './append-outcome.js';
import { ProducerTable, type Admission } from './producer-table.js';
import { readHeader } from './record-batch.js';
import { buildBatch } from './test-support.js';

/** Admits batches of `count` records, and commits those that are new at offset 0, 1, 2 … */
class Sequences {
  readonly table: ProducerTable;
  private offset = 0;

  constructor(maxProducers = 100) {
    this.table = new ProducerTable(maxProducers);
  }

  append(
    sequence: number,
    fields: { id?: number; epoch?: number; count?: number; nowMs?: number } = {},
  ): Admission {
    const { id = 1, epoch = 0, count = 1, nowMs = 0 } = fields;
    const records = Array.from({ length: count }, () => ({}));
    const batch = buildBatch(records, { producerId: id, producerEpoch: epoch, baseSequence: sequence });
    const admission = this.table.admit([{ header: readHeader(batch), baseOffset: this.offset }], -1, nowMs);
    if (admission.kind !== 'new') return admission;
    this.offset += count;
    this.table.stage(admission.staged);
    this.table.commit(admission.staged);
    return admission;
  }
}

const OUT_OF_ORDER = { kind: 'refused', error: REFUSAL.outOfOrderSequenceNumber };

describe('ProducerTable', () => {
  test('takes sequence numbers that follow each other, and refuses others', () => {
    const sequences = new Sequences();
    expect(sequences.append(0, { count: 3 })).toMatchObject({ kind: 'new' });
    expect(sequences.append(2)).toMatchObject(OUT_OF_ORDER);
    expect(sequences.append(4)).toMatchObject(OUT_OF_ORDER);
    expect(sequences.append(3)).toMatchObject({ kind: 'new' });
  });

  test('knows the last five batches again, and no older ones', () => {
    const sequences = new Sequences();
    for (let i = 0; i < 6; i++) sequences.append(i);
    expect(sequences.append(0)).toMatchObject(OUT_OF_ORDER);
    for (let i = 1; i < 6; i++)
      expect(sequences.append(i)).toMatchObject({ kind: 'duplicate', of: { baseOffset: i } });
    expect(sequences.append(1, { count: 2 })).toMatchObject(OUT_OF_ORDER);
    expect(sequences.append(6)).toMatchObject({ kind: 'new' });
  });

  test('an older epoch is refused; a newer one begins at 0', () => {
    const sequences = new Sequences();
    sequences.append(0, { epoch: 5 });
    expect(sequences.append(1, { epoch: 4 })).toMatchObject({ error: REFUSAL.invalidProducerEpoch });
    expect(sequences.append(1, { epoch: 6 })).toMatchObject(OUT_OF_ORDER);
    expect(sequences.append(0, { epoch: 6 })).toMatchObject({ kind: 'new' });
    expect(sequences.append(1, { epoch: 5 })).toMatchObject({ error: REFUSAL.invalidProducerEpoch });
  });

  test('sequence numbers go on at 0 after 2^31 - 1', () => {
    const sequences = new Sequences();
    const last = 2 ** 31 - 1;
    expect(sequences.append(last - 1, { count: 4 })).toMatchObject({ kind: 'new' });
    expect(sequences.append(1)).toMatchObject(OUT_OF_ORDER);
    expect(sequences.append(2)).toMatchObject({ kind: 'new' });
    expect(sequences.append(last - 1, { count: 4 })).toMatchObject({ kind: 'duplicate' });
  });

  test('what is staged counts at once, and is forgotten by a rollback', () => {
    const table = new ProducerTable(10);
    const numbered = (sequence: number) => [
      {
        header: readHeader(buildBatch([{}], { producerId: 1, baseSequence: sequence })),
        baseOffset: sequence,
      },
    ];
    const first = table.admit(numbered(0), -1, 0);
    if (first.kind !== 'new') throw new Error('not taken');
    table.stage(first.staged);
    expect(table.admit(numbered(0), -1, 0)).toMatchObject({ kind: 'duplicate' });
    expect(table.admit(numbered(1), -1, 0)).toMatchObject({ kind: 'new' });
    expect(table.snapshot()).toEqual([]);
    table.rollback();
    expect(table.admit(numbered(0), -1, 0)).toMatchObject({ kind: 'new' });
  });

  test('several batches at once: all new, all known, or refused', () => {
    const table = new ProducerTable(10);
    const batches = (...sequences: number[]) =>
      sequences.map((baseSequence) => ({
        header: readHeader(buildBatch([{}], { producerId: 1, baseSequence })),
        baseOffset: baseSequence,
      }));
    const first = table.admit(batches(0, 1), -1, 0);
    if (first.kind !== 'new') throw new Error('not taken');
    table.commit(first.staged);
    expect(table.admit(batches(0, 1), -1, 0)).toMatchObject({ kind: 'duplicate', of: { baseOffset: 0 } });
    expect(table.admit(batches(1, 2), -1, 0)).toMatchObject(OUT_OF_ORDER);
    expect(table.admit(batches(2, 4), -1, 0)).toMatchObject(OUT_OF_ORDER);
    expect(table.admit(batches(2, 3), -1, 0)).toMatchObject({ kind: 'new' });
  });

  test('forgets whoever was silent longest beyond its bound, and who was silent too long', () => {
    const sequences = new Sequences(2);
    sequences.append(0, { id: 1, nowMs: 1 });
    sequences.append(0, { id: 2, nowMs: 2 });
    sequences.append(1, { id: 1, nowMs: 3 });
    sequences.append(0, { id: 3, nowMs: 4 });
    expect(sequences.table.snapshot().map(([id]) => id)).toEqual([1, 3]);
    sequences.table.expire(4);
    expect(sequences.table.snapshot().map(([id]) => id)).toEqual([3]);
    expect(sequences.append(99, { id: 1 })).toMatchObject({ kind: 'new' });
  });
});
