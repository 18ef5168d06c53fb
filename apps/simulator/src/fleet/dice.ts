/** Milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const WORD = 2 ** 32;

/**
 * Chance without state: every throw is a pure function of the seed, the name, and the keys of the throw. The same moment
 * therefore always brings the same value, whatever was asked before it.
 */
export class Dice {
  readonly #seed: number;

  /** Dice of one name (a device, say) are independent of those of another. */
  constructor(seed: number, name: string) {
    let hash = mix(0x811c9dc5 ^ seed);
    for (let index = 0; index < name.length; index++) {
      hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
    }
    this.#seed = mix(hash);
  }

  /** Evenly from [0, 1). `key` is a whole number, at most 2^53. */
  chance(channel: number, key = 0): number {
    const high = mix(this.#seed ^ Math.imul(channel + 1, 0x9e3779b1) ^ Math.floor(key / WORD));
    return (mix(high ^ (key >>> 0)) >>> 0) / WORD;
  }

  /** Evenly from [low, high). */
  between(channel: number, key: number, low: number, high: number): number {
    return low + (high - low) * this.chance(channel, key);
  }

  /** Measuring noise: in (-1, 1), mostly near 0, independent from one millisecond to the next. */
  jitter(channel: number, timeMs: number): number {
    const first = this.chance(channel + 1_000, timeMs);
    const second = this.chance(channel + 2_000, timeMs);
    return (2 * (first + second + this.chance(channel + 3_000, timeMs))) / 3 - 1;
  }

  /** Slow change: in [-1, 1], smooth, with a new goal every `periodMs`. */
  drift(channel: number, timeMs: number, periodMs: number): number {
    const place = timeMs / periodMs;
    const from = Math.floor(place);
    const share = place - from;
    const eased = share * share * (3 - 2 * share);
    return this.between(channel, from, -1, 1) * (1 - eased) + this.between(channel, from + 1, -1, 1) * eased;
  }
}

/** Finalizer of murmur3. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** As a sensor reports it: with so many digits after the point. */
export function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  // Adding 0 makes 0 of -0, which JSON would turn into another text than the reading's.
  return Math.round(value * scale) / scale + 0;
}
