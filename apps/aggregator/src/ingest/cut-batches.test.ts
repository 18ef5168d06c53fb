import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutBatches } from './cut-batches.js';
import type { DecodedBatch, DecodedRecord } from './decoded-record.js';

const record = (offset: number, readings: number, ...days: number[]): DecodedRecord => ({
  offset: BigInt(offset),
  source: { offset: BigInt(offset), timestampMs: 0, key: null, value: null, headers: {} },
  readings,
  days: new Set(days),
});
const batch = (
  partition: number,
  first: number,
  next: number,
  ...records: DecodedRecord[]
): DecodedBatch => ({
  topic: 't',
  partition,
  firstOffset: BigInt(first),
  nextOffset: BigInt(next),
  records,
});
const shape = (pieces: DecodedBatch[][]): string[] =>
  pieces.map((piece) =>
    piece.map((b) => `${b.partition}:${b.firstOffset}-${b.nextOffset}(${b.records.length})`).join(' '),
  );

const LIMITS = { readings: 10, days: 2 };

describe('cutBatches', () => {
  test('leaves a call that fits in one piece, empty ranges included', () => {
    expect(
      shape(cutBatches([batch(0, 5, 7, record(5, 4, 1), record(6, 4, 1)), batch(1, 9, 10)], LIMITS)),
    ).toEqual(['0:5-7(2) 1:9-10(0)']);
  });

  test('cuts by readings and by days, within a batch and between two', () => {
    const first = batch(0, 0, 4, record(0, 6, 1), record(1, 6, 1), record(2, 1, 2), record(3, 1, 3));
    expect(shape(cutBatches([first, batch(1, 7, 8, record(7, 9, 3))], LIMITS))).toEqual([
      '0:0-1(1)',
      '0:1-3(2)',
      '0:3-4(1) 1:7-8(1)',
    ]);
  });

  test('a record greater than a piece has one of its own', () => {
    const huge = record(1, 99, 1, 2, 3);
    expect(shape(cutBatches([batch(0, 0, 3, record(0, 1, 1), huge, record(2, 1, 1))], LIMITS))).toEqual([
      '0:0-1(1)',
      '0:1-2(1)',
      '0:2-3(1)',
    ]);
  });

  test('the start of the log stays with the first piece, whose range it is about', () => {
    const cut = cutBatches(
      [{ ...batch(0, 5, 7, record(5, 9, 1), record(6, 9, 1)), logStartOffset: 5n }],
      LIMITS,
    );
    expect(cut.map((piece) => piece[0]?.logStartOffset)).toEqual([5n, undefined]);
  });

  test('loses nothing, and every range begins where the one before ended', () => {
    const records = fc.array(fc.tuple(fc.nat({ max: 12 }), fc.array(fc.nat({ max: 4 }), { maxLength: 3 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(records, { maxLength: 4 }), (all) => {
        const batches = all.map((of, partition) =>
          batch(
            partition,
            0,
            of.length + 1,
            ...of.map(([readings, days], offset) => record(offset, readings, ...days)),
          ),
        );
        const pieces = cutBatches(batches, LIMITS);
        for (const [partition, whole] of batches.entries()) {
          const parts = pieces.flat().filter((part) => part.partition === partition);
          expect(parts.flatMap((part) => part.records)).toEqual(whole.records);
          expect(parts.at(-1)?.nextOffset).toBe(whole.nextOffset);
          let position = whole.firstOffset;
          for (const part of parts) {
            expect(part.firstOffset).toBe(position);
            position = part.nextOffset;
          }
        }
        for (const piece of pieces) {
          const inPiece = piece.flatMap((part) => part.records);
          const readings = inPiece.reduce((sum, r) => sum + r.readings, 0);
          if (inPiece.filter((r) => r.readings > 0).length > 1)
            expect(readings).toBeLessThanOrEqual(LIMITS.readings);
        }
      }),
    );
  });
});
