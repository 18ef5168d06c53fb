import { type GroupJournal, type JournalEntry } from './journal.js';

/** The bound on waiting writes is reached; nothing was written. */
export class JournalBusyError extends Error {
  override readonly name = 'JournalBusyError';
}

/**
 * Writes to the journal and then to memory, so that nothing is ever answered that a crash could take back. MEMORY
 * FOLLOWS THE JOURNAL: `apply` runs once the entries are durable, in the order of the calls, whatever the order in which
 * the appends resolve.
 */
export class JournalWriter {
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly journal: GroupJournal,
    private readonly maxPendingWrites: number,
  ) {}

  /** Resolves after `apply`; rejects without calling it when the entries were not written. */
  async write(entries: readonly JournalEntry[], apply: () => void): Promise<void> {
    if (this.waiting >= this.maxPendingWrites) {
      throw new JournalBusyError(`${this.waiting} writes to the group journal are waiting`);
    }
    this.waiting += 1;
    const before = this.tail;
    const appended = this.journal.append(entries);
    const done = (async () => {
      try {
        await appended;
      } finally {
        await before;
        this.waiting -= 1;
      }
      apply();
    })();
    this.tail = done.catch(() => undefined);
    await done;
  }

  /** Resolves when every write begun before this call has ended. Never rejects. */
  settled(): Promise<void> {
    return this.tail;
  }
}
