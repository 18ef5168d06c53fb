const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Pauses between attempts: each up to twice the one before, half a minute at most, and each cut by chance by up to a half. */
export class Backoff {
  #failures = 0;

  /** @param random From 0 to 1; so that many that failed at once do not come back at once */
  constructor(private readonly random: () => number) {}

  nextMs(): number {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    if (longest < LONGEST_MS) this.#failures++;
    return longest * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
