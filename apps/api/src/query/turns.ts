import { Problem } from '../http/problem.js';

/** Lets so many work at once; others wait their turn in order, and no more than so many wait. */
export class Turns {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(
    atOnce: number,
    private readonly maxWaiting: number,
  ) {
    this.free = atOnce;
  }

  /** @throws Problem `too-busy` unless so many more may wait */
  expect(count: number): void {
    if (this.waiting.length + Math.max(count - this.free, 0) > this.maxWaiting) {
      throw new Problem(
        'too-busy',
        `More than ${this.maxWaiting} queries wait already; try again in a moment.`,
      );
    }
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
