/** Somebody who wants the engine: a client, or the server itself. */
export interface Taker {
  /** Runs with the engine to itself. @returns whether it keeps the engine for its next turn */
  take(): boolean;
}

/**
 * Lets one taker at a time have the engine, first come, first served. Who keeps it has it until `release`, and nobody
 * else does meanwhile. A taker waits at most once, so the queue is as long as there are takers, which are bounded.
 */
export class Turnstile {
  private readonly queue: Taker[] = [];
  private holder: Taker | undefined;
  private isRunning = false;
  private isStopped = false;
  private scheduled: NodeJS.Immediate | undefined;

  /** @param onFault a taker must not throw; what it throws all the same ends here */
  constructor(private readonly onFault: (error: unknown) => void) {}

  get isHeld(): boolean {
    return this.holder !== undefined;
  }

  get isOpen(): boolean {
    return !this.isStopped;
  }

  get waiting(): number {
    return this.queue.length;
  }

  isHeldBy(taker: Taker): boolean {
    return this.holder === taker;
  }

  /** At once if nobody else wants it, else after those who came before. */
  request(taker: Taker): void {
    if (this.queue.includes(taker)) return;
    if (this.holder === taker) {
      if (this.isRunning) setImmediate(() => this.request(taker));
      else this.run(taker);
      return;
    }
    this.queue.push(taker);
    if (!this.scheduled) this.next();
  }

  /** Gives up a place in the queue. @returns whether there was one */
  withdraw(taker: Taker): boolean {
    const index = this.queue.indexOf(taker);
    if (index >= 0) this.queue.splice(index, 1);
    return index >= 0;
  }

  release(taker: Taker): void {
    if (this.holder !== taker) return;
    this.holder = undefined;
    this.schedule();
  }

  /** The next turn is another's, before everybody else's: what must be undone before anybody goes on. */
  handOver(from: Taker, to: Taker): void {
    if (this.holder !== from || this.isStopped) return;
    this.holder = undefined;
    this.queue.unshift(to);
    if (this.isRunning) this.schedule();
    else this.next();
  }

  /** Nobody gets the engine until `start`; who holds it or waits for it has lost it, and who comes now waits. */
  stop(): void {
    this.isStopped = true;
    this.holder = undefined;
    this.queue.length = 0;
    clearImmediate(this.scheduled);
    this.scheduled = undefined;
  }

  start(): void {
    this.isStopped = false;
    this.schedule();
  }

  private next(): void {
    if (this.isRunning || this.isStopped || this.holder) return;
    const taker = this.queue.shift();
    if (taker) this.run(taker);
  }

  private run(taker: Taker): void {
    this.isRunning = true;
    this.holder = taker;
    let keeps = false;
    try {
      keeps = taker.take();
    } catch (error) {
      this.onFault(error);
    } finally {
      this.isRunning = false;
      if (!keeps && this.holder === taker) this.holder = undefined;
    }
    this.schedule();
  }

  /** Between two turns the sockets are read and written. */
  private schedule(): void {
    if (this.queue.length === 0 || this.holder || this.scheduled || this.isStopped) return;
    this.scheduled = setImmediate(() => {
      this.scheduled = undefined;
      this.next();
    });
  }
}
