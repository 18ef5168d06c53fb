import { LEARNING } from './alerts/absence.js';

/** Distances that are remembered; fewer than an absence rule has, because every device has one of these. */
const GAPS = 5;

/**
 * Learns how often a device reports, from the times at which its publishes were received. Publishes within a second of
 * the first one of a round belong to it, as for the rule of absence.
 */
export class ReportingRhythm {
  #roundMs = -Infinity;
  #gapsMs: number[] = [];

  /** Takes in a publish. What was received before the round began tells nothing. */
  observe(receivedAtMs: number): void {
    const gapMs = receivedAtMs - this.#roundMs;
    if (gapMs < LEARNING.roundMs) return;
    this.#roundMs = receivedAtMs;
    if (gapMs === Infinity) return;
    if (this.#gapsMs.length >= GAPS) this.#gapsMs.shift();
    this.#gapsMs.push(gapMs);
  }

  /** The median distance; undefined while too few are known. */
  get usualMs(): number | undefined {
    if (this.#gapsMs.length < LEARNING.minGaps) return undefined;
    return this.#gapsMs.toSorted((a, b) => a - b)[this.#gapsMs.length >> 1];
  }
}
