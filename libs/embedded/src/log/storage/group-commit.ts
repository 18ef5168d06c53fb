/** Something to be made durable, of `bytes`. */
export interface Committable {
  readonly bytes: number;
}

export interface GroupCommitOptions<T> {
  /** A group is not larger than this, unless a single item is. */
  readonly maxGroupBytes: number;
  /** Whether the item can be in one group with the `bytesBefore` that are in it already. */
  readonly fits: (bytesBefore: number, item: T) => boolean;
  /** Makes the group durable, all of it, or rejects. */
  readonly commit: (group: readonly T[]) => Promise<void>;
  /** Called before the items of a failed group, and all that wait behind them, are rejected with that error. */
  readonly rollback: () => void;
}

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One commit at a time, in the order of arrival; all that arrive while one is under way share the next. After a failed
 * commit, what waits is rejected too, for it was numbered after what is lost; what comes later is tried again.
 */
export class GroupCommit<T extends Committable> {
  private waiting: Waiting<T>[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly options: GroupCommitOptions<T>) {}

  /** Resolves when the item is durable. */
  add(item: T): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.waiting.push({ item, resolve, reject }));
    this.running ??= this.run();
    return done;
  }

  /** Resolves when nothing waits and nothing is under way; never rejects. */
  async drained(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    // What arrives in the same turn shares the first commit.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.take();
      try {
        await this.options.commit(group.map(({ item }) => item));
      } catch (error) {
        this.options.rollback();
        const lost = [...group, ...this.waiting];
        this.waiting = [];
        for (const { reject } of lost) reject(error);
        continue;
      }
      for (const { resolve } of group) resolve();
    }
    this.running = undefined;
  }

  private take(): Waiting<T>[] {
    let bytes = 0;
    let count = 0;
    for (const { item } of this.waiting) {
      const joins = bytes + item.bytes <= this.options.maxGroupBytes && this.options.fits(bytes, item);
      if (count > 0 && !joins) break;
      bytes += item.bytes;
      count++;
    }
    return this.waiting.splice(0, count);
  }
}
