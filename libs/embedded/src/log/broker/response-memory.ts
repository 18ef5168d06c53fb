/** The least that a Fetch is allowed, however much is unsent: one batch is sent in any case. */
const LEAST_FETCH_BYTES = 64 * 1024;

/** The response bytes of all connections that clients have not taken yet. */
export class ResponseMemory {
  #unsentBytes = 0;

  constructor(
    private readonly options: { readonly maxUnsentBytes: number; readonly maxFetchBytes: number },
  ) {}

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** Whether clients that do not read are in the way of those that do. */
  get scarce(): boolean {
    return this.#unsentBytes * 2 > this.options.maxUnsentBytes;
  }

  /** Record bytes that the next Fetch response may have: a share of what is left. */
  fetchBytes(): number {
    const share = Math.floor((this.options.maxUnsentBytes - this.#unsentBytes) / 4);
    return Math.max(LEAST_FETCH_BYTES, Math.min(this.options.maxFetchBytes, share));
  }

  add(bytes: number): void {
    this.#unsentBytes += bytes;
  }

  sent(bytes: number): void {
    this.#unsentBytes -= bytes;
  }
}
