/** Time as the coordinator sees it, so that its timeouts can be driven by a test. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fire` once after `delayMs` (0 to 2^31 - 1); the answer cancels it, and does nothing afterwards. */
  setTimer(delayMs: number, fire: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};
