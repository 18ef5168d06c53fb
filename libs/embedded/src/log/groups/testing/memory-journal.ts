import { type GroupJournal, type JournalEntry } from '../journal.js';

/** A journal whose writes can be held back, as by a slow disk, or refused, as by a full one. */
export class MemoryJournal implements GroupJournal {
  private written: JournalEntry[] = [];
  private held: (() => void)[] | undefined;
  isFull = false;

  async append(entries: readonly JournalEntry[]): Promise<void> {
    if (this.held !== undefined) {
      await new Promise<void>((resolve) => this.held?.push(resolve));
    }
    if (this.isFull) throw new Error('no space left on device');
    this.written.push(...entries);
  }

  async *entries(): AsyncIterable<JournalEntry> {
    yield* this.written;
  }

  /** From now on appends wait for `release`. */
  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const resolve of held) resolve();
  }

  /** Lets the oldest of those through that wait. */
  releaseOne(): void {
    this.held?.shift()?.();
  }

  /** What is held back is never written, and nobody is told. */
  crash(): void {
    this.held = undefined;
    this.isFull = false;
  }

  /** What compaction leaves: the last entry of each key, and no key without a value. */
  compact(): void {
    const last = new Map(this.written.map((entry) => [entry.key.toString(), entry] as const));
    this.written = [...last.values()].filter(({ value }) => value !== null);
  }

  get size(): number {
    return this.written.length;
  }
}
