/** A key and what it stands for from now on; null: nothing any more. */
export interface JournalEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Where the coordinator keeps what must survive: a compacted log of keyed entries. */
export interface GroupJournal {
  /**
   * Writes the entries, all or none, in the order of the calls. Resolves when they are durable; rejects when they were
   * not written, after which later calls may succeed again.
   */
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Everything written so far, oldest first; older entries of a key that has a newer one may be missing. */
  entries(): AsyncIterable<JournalEntry>;
}
