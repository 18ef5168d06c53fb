/** A generator of numbers in [0, 1) that yields the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
}

/** A well-mixed 32-bit number of four others: random access where `seededRandom` is a sequence (murmur3 finalizer). */
export function hash32(a: number, b: number, c: number, d: number): number {
  let h = 0x9e3779b9;
  h = mix(h ^ a);
  h = mix(h ^ b);
  h = mix(h ^ c);
  return mix(h ^ d) >>> 0;
}

function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
