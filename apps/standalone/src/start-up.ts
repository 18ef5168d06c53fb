/** Tells whoever started the process, in plain lines, what has been started and how long it took. */
export class StartUp {
  readonly #startedMs: number;

  constructor(
    private readonly write: (text: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#startedMs = now();
  }

  /** Runs one step and prints its name with its time. A step that fails prints nothing: its error tells. */
  async step<T>(name: string, run: () => Promise<T>): Promise<T> {
    const startedMs = this.now();
    const result = await run();
    this.write(`  ${name.padEnd(44)} ${seconds(this.now() - startedMs)}\n`);
    return result;
  }

  /** Since the beginning, such as `4.1 s`. */
  get elapsed(): string {
    return seconds(this.now() - this.#startedMs);
  }

  say(text: string): void {
    this.write(text);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(5)} s`;
}
