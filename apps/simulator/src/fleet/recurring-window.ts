import type { Dice } from './dice.js';

/** A stretch of time, the end not included. Epoch milliseconds. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

export interface Recurrence {
  /** One window in each period of this length. */
  readonly everyMs: number;
  readonly minMs: number;
  /** Less than `everyMs`. */
  readonly maxMs: number;
}

/** The window that a moment lies in, if it does. Every period has exactly one, at a place and of a length by chance. */
export function windowAt(
  dice: Dice,
  channel: number,
  timeMs: number,
  recurrence: Recurrence,
): Window | undefined {
  const window = windowOf(dice, channel, Math.floor(timeMs / recurrence.everyMs), recurrence);
  return timeMs >= window.startMs && timeMs < window.endMs ? window : undefined;
}

/** The window of period number `period` since the epoch; it lies inside the period. */
export function windowOf(
  dice: Dice,
  channel: number,
  period: number,
  { everyMs, minMs, maxMs }: Recurrence,
): Window {
  const lengthMs = Math.floor(dice.between(channel, period, minMs, maxMs));
  const startMs = period * everyMs + Math.floor(dice.between(channel + 1, period, 0, everyMs - lengthMs));
  return { startMs, endMs: startMs + lengthMs };
}
