/** What became of one reading. */
export type Outcome = 'stored' | 'duplicate' | 'coalesced';

/** A state that held from `timeMs` at least until `untilMs`, the newest repetition seen. */
export interface TextRun {
  readonly timeMs: number;
  readonly value: string;
  readonly untilMs: number;
}

/**
 * The text states of one series, a run per change. Observations may come in any order; the first one to name a moment
 * wins. Pure: it is given the runs that are stored, and tells which are to be written.
 *
 * The runs given may leave gaps as long as, for every moment to be observed, the newest run that begins at or before it is
 * among them (if there is one).
 */
export class TextRuns {
  readonly #runs: TextRun[];
  readonly #changed = new Map<number, TextRun>();

  /** @param known In the order of time. */
  constructor(known: readonly TextRun[] = []) {
    this.#runs = [...known];
  }

  /** Takes in one observation. */
  observe(timeMs: number, value: string): Outcome {
    const index = this.#indexAt(timeMs);
    const run = this.#runs[index];
    if (run === undefined) return this.#insert(index + 1, timeMs, value, timeMs);
    const known = timeMs === run.timeMs || timeMs === run.untilMs;
    if (known || (timeMs < run.untilMs && value === run.value)) return 'duplicate';
    if (timeMs > run.untilMs) {
      if (value !== run.value) return this.#insert(index + 1, timeMs, value, timeMs);
      this.#put(index, { ...run, untilMs: timeMs });
      return 'coalesced';
    }
    // Another value inside the run: it ends where it is last known for certain, and starts again at its end.
    this.#put(index, { ...run, untilMs: run.timeMs });
    this.#insert(index + 1, timeMs, value, timeMs);
    return this.#insert(index + 2, run.untilMs, run.value, run.untilMs);
  }

  /** Runs that are new or whose `untilMs` has moved, by time. */
  changed(): TextRun[] {
    return [...this.#changed.values()].sort((a, b) => a.timeMs - b.timeMs);
  }

  /** Every run, by time. */
  all(): readonly TextRun[] {
    return this.#runs;
  }

  #insert(index: number, timeMs: number, value: string, untilMs: number): Outcome {
    this.#runs.splice(index, 0, { timeMs, value, untilMs });
    this.#put(index, { timeMs, value, untilMs });
    return 'stored';
  }

  #put(index: number, run: TextRun): void {
    this.#runs[index] = run;
    this.#changed.set(run.timeMs, run);
  }

  /** Index of the newest run that begins at or before a moment, -1 for none. */
  #indexAt(timeMs: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle]?.timeMs ?? 0) <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
