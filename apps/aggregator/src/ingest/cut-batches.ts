import type { DecodedBatch, DecodedRecord } from './decoded-record.js';

/** What one transaction may hold; a single greater record has one of its own. */
export interface TransactionLimits {
  readonly readings: number;
  /** Distinct UTC days, hence chunks of the hypertable. */
  readonly days: number;
}

/** Far above what arrives in normal running: only a backlog or a backfill is cut. */
export const TRANSACTION_LIMITS: TransactionLimits = { readings: 50_000, days: 200 };

/**
 * Cuts the batches of one call into pieces, each for a transaction. Every piece's ranges begin where the piece before
 * ended them, so a failure between two pieces is a failure between two calls.
 */
export function cutBatches(
  batches: readonly DecodedBatch[],
  limits: TransactionLimits = TRANSACTION_LIMITS,
): DecodedBatch[][] {
  const pieces: DecodedBatch[][] = [];
  let piece: DecodedBatch[] = [];
  let readings = 0;
  let days = new Set<number>();
  const close = (): void => {
    if (piece.length > 0) pieces.push(piece);
    piece = [];
    readings = 0;
    days = new Set();
  };
  const isFull = (record: DecodedRecord): boolean => {
    if (readings === 0) return false;
    if (readings + record.readings > limits.readings) return true;
    const added = [...record.days].filter((day) => !days.has(day)).length;
    return added > 0 && days.size + added > limits.days;
  };

  for (const batch of batches) {
    let rest = batch;
    let from = 0;
    for (const [index, record] of batch.records.entries()) {
      if (isFull(record)) {
        const { logStartOffset: _, ...after } = rest;
        if (index > from) {
          piece.push({ ...rest, nextOffset: record.offset, records: batch.records.slice(from, index) });
          rest = { ...after, firstOffset: record.offset };
          from = index;
        }
        close();
      }
      readings += record.readings;
      for (const day of record.days) days.add(day);
    }
    piece.push({ ...rest, records: batch.records.slice(from) });
  }
  close();
  return pieces;
}
