import { type Clock } from '../clock.js';

interface Timer {
  readonly atMs: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is told how far to go. */
export class FakeClock implements Clock {
  private readonly timers = new Set<Timer>();

  constructor(private nowMs = 1_700_000_000_000) {}

  now(): number {
    return this.nowMs;
  }

  setTimer(delayMs: number, fire: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, fire };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  get timerCount(): number {
    return this.timers.size;
  }

  /** As when a process is killed: nothing fires any more. */
  forgetTimers(): void {
    this.timers.clear();
  }

  /** Fires what falls due, in order, and lets the promises that depend on it settle in between. */
  async advance(byMs: number): Promise<void> {
    const until = this.nowMs + byMs;
    await settle();
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      this.nowMs = next.atMs;
      this.timers.delete(next);
      next.fire();
      await settle();
    }
    this.nowMs = until;
  }

  private next(until: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.atMs <= until && (earliest === undefined || timer.atMs < earliest.atMs)) earliest = timer;
    }
    return earliest;
  }
}

/** Resolves when every promise that can settle by itself has done so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
