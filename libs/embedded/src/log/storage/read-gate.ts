/** Many may be inside at once, or one alone. Whoever wants to be alone waits for those inside and holds up newcomers. */
export class ReadGate {
  private inside = 0;
  private alone: Promise<void> | undefined;
  private emptied: (() => void) | undefined;

  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.alone) await this.alone;
    this.inside++;
    try {
      return await work();
    } finally {
      this.inside--;
      if (this.inside === 0) this.emptied?.();
    }
  }

  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    while (this.alone) await this.alone;
    let leave = (): void => {};
    this.alone = new Promise((resolve) => (leave = resolve));
    try {
      if (this.inside > 0) await new Promise<void>((resolve) => (this.emptied = resolve));
      this.emptied = undefined;
      return await work();
    } finally {
      this.alone = undefined;
      leave();
    }
  }
}
