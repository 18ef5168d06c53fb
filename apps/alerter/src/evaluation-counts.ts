/** What became of readings. */
export interface EvaluationCounts {
  /** Kafka records. */
  readonly records: number;
  /** Records that are none of ours; the aggregator keeps them as dead letters. */
  readonly undecodable: number;
  /** Readings that were evaluated, once per rule. */
  readonly applied: number;
  /** Readings at or before what had been evaluated, once per rule. They change nothing. */
  readonly late: number;
}

/** The sum of several counts. */
export function sumCounts(counts: readonly EvaluationCounts[]): EvaluationCounts {
  const sum = { records: 0, undecodable: 0, applied: 0, late: 0 };
  for (const { records, undecodable, applied, late } of counts) {
    sum.records += records;
    sum.undecodable += undecodable;
    sum.applied += applied;
    sum.late += late;
  }
  return sum;
}
