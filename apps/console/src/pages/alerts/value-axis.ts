import type { Signal } from './compared-signal.js';

/** The part of the value axis that a chart shows. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** So much of the range is left free above and below. */
const MARGIN = 0.08;

/** A range in which all values and limits are, with some room around them. */
export function valueRangeOf(signal: Signal | undefined, limits: readonly number[]): ValueRange {
  let min = Infinity;
  let max = -Infinity;
  const take = (values: readonly (number | null)[]): void => {
    for (const value of values) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  };
  if (signal !== undefined) take(signal.values);
  if (signal?.range !== undefined) {
    take(signal.range.min);
    take(signal.range.max);
  }
  take(limits);
  if (min > max) return { min: 0, max: 1 };
  const room = (max - min) * MARGIN || Math.max(Math.abs(max) * MARGIN, 1);
  return { min: min - room, max: max + room };
}

/** By how much a limit moves at a time: a power of ten of about a hundredth of what is shown. */
export function stepOf({ min, max }: ValueRange): number {
  const hundredth = (max - min) / 100;
  return hundredth > 0 ? 10 ** Math.floor(Math.log10(hundredth) + 0.3) : 1;
}

/** A value in whole steps. */
export function inSteps(value: number, step: number): number {
  const steps = Math.round(value / step);
  // 0.1 and its kin have no exact binary form: 3 × 0.1 would be 0.30000000000000004.
  return step >= 1
    ? steps * step
    : Number((steps * step).toFixed(Math.min(20, Math.round(-Math.log10(step)))));
}

/** The distance of a value from the upper end, as a part of the height: 0 at the top, 1 at the bottom. */
export function placeOf(value: number, { min, max }: ValueRange): number {
  return (max - value) / (max - min);
}

/** The value at such a place. */
export function valueAt(place: number, { min, max }: ValueRange): number {
  return max - place * (max - min);
}

/** The value after a key was pressed at a limit; `undefined` for keys that do not move it. */
export function afterKey(
  key: string,
  { value, range, isFine }: { readonly value: number; readonly range: ValueRange; readonly isFine: boolean },
): number | undefined {
  const coarse = stepOf(range);
  const step = isFine ? coarse / 10 : coarse;
  const by = (steps: number): number => inSteps(value + steps * step, Math.min(step, coarse));
  switch (key) {
    case 'ArrowUp':
    case 'ArrowRight':
      return by(1);
    case 'ArrowDown':
    case 'ArrowLeft':
      return by(-1);
    case 'PageUp':
      return by(10);
    case 'PageDown':
      return by(-10);
    case 'Home':
      return inSteps(range.min, coarse);
    case 'End':
      return inSteps(range.max, coarse);
    default:
      return undefined;
  }
}
