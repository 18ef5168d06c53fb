/** Cost of an entry beside its key, about. */
const ENTRY_BYTES = 64;

/** The newest offset of each key of a part of the log, with a bound on its size. */
export class KeyMap {
  private readonly offsets = new Map<string, number>();
  private bytes = 0;
  private firstOpaqueOffset = Infinity;

  constructor(private readonly maxBytes: number) {}

  get isFull(): boolean {
    return this.bytes >= this.maxBytes;
  }

  /** Records from `offset` on stay whose keys are unknown. */
  addOpaque(offset: number): void {
    this.firstOpaqueOffset = Math.min(this.firstOpaqueOffset, offset);
  }

  /** Whether a record of any key may be left at a lower offset. */
  hasOpaqueBefore(offset: number): boolean {
    return this.firstOpaqueOffset < offset;
  }

  /** To be told in the order of the log. */
  set(key: Buffer, offset: number): void {
    const name = key.toString('latin1');
    if (!this.offsets.has(name)) this.bytes += name.length + ENTRY_BYTES;
    this.offsets.set(name, offset);
  }

  /** Whether a newer record of the key was seen. */
  supersedes(key: Buffer, offset: number): boolean {
    return (this.offsets.get(key.toString('latin1')) ?? -1) > offset;
  }
}
