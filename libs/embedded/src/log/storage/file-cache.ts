import { type FileSystem, type OpenFile } from './file-system.js';
import { Semaphore } from './semaphore.js';

interface Entry {
  readonly file: Promise<OpenFile>;
  users: number;
  forgotten: boolean;
}

/**
 * Open files, at most `limit` of them: those not in use are closed, the one longest unused first; when all are in use
 * the next user waits. A use within a use could wait for itself, so there must be none.
 */
export class FileCache {
  private readonly entries = new Map<string, Entry>();
  private readonly uses: Semaphore;

  constructor(
    private readonly files: FileSystem,
    private readonly limit: number,
  ) {
    this.uses = new Semaphore(limit);
  }

  /** Files open now. */
  get size(): number {
    return this.entries.size;
  }

  /** The file is open until `work` has settled. */
  use<T>(path: string, mode: 'read' | 'write', work: (file: OpenFile) => Promise<T>): Promise<T> {
    return this.uses.run(async () => {
      const key = `${mode}:${path}`;
      const entry = this.enter(key, path, mode);
      try {
        return await work(await entry.file);
      } finally {
        entry.users--;
        if (entry.forgotten && entry.users === 0) await closeQuietly(entry);
      }
    });
  }

  /** The next use opens the file anew: to be called when it was renamed, removed, or failed. */
  async forget(path: string): Promise<void> {
    for (const key of [`read:${path}`, `write:${path}`]) await this.drop(key);
  }

  /** Closes what is not in use. */
  async close(): Promise<void> {
    for (const key of this.entries.keys()) await this.drop(key);
  }

  private enter(key: string, path: string, mode: 'read' | 'write'): Entry {
    const known = this.entries.get(key);
    const entry = known ?? { file: this.files.open(path, mode), users: 0, forgotten: false };
    entry.users++;
    // A map lists its keys in the order of insertion: the first is the one longest unused.
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (known) return entry;
    entry.file.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    this.shrink();
    return entry;
  }

  private shrink(): void {
    for (const [key, entry] of this.entries) {
      if (this.entries.size <= this.limit) return;
      if (entry.users === 0) void this.drop(key);
    }
  }

  private async drop(key: string): Promise<void> {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    entry.forgotten = true;
    if (entry.users === 0) await closeQuietly(entry);
  }
}

/** What was written was synced before its user went: a failing close loses nothing. */
async function closeQuietly(entry: Entry): Promise<void> {
  try {
    await (await entry.file).close();
  } catch {
    return;
  }
}
