import { pause } from './back-off.js';

/** Lets any number of loops wait for "something has changed". */
export class Notifier {
  private controller = new AbortController();

  /** Wakes all who wait. */
  notify(): void {
    this.controller.abort();
    this.controller = new AbortController();
  }

  /** Waits for the next `notify`, `maxMs` at most. */
  wait(maxMs: number): Promise<void> {
    return pause(maxMs, this.controller.signal);
  }
}
