import { describe, expect, test } from '@jest/globals';
import { PublishPlan, type Disorder, type ObservationClock } from './publish-plan.js';

const CLOCK = { startMs: 1_795_244_000_000, stepMs: 1_000 };
const DISORDER = { lateShare: 0.1, outOfOrderShare: 0.2, duplicateShare: 0.15 };

function publishes(count: number, clock: ObservationClock, disorder: Disorder = {}, seed = 7) {
  const plan = new PublishPlan(seed, clock, disorder);
  return Array.from({ length: count }, (_, i) => plan.next(1_795_244_000_000 + i * 0.3));
}

test('without disorder every observation is published once, in order', () => {
  expect(publishes(3, CLOCK)).toEqual([
    { seq: 0, tsMs: CLOCK.startMs },
    { seq: 1, tsMs: CLOCK.startMs + 1_000 },
    { seq: 2, tsMs: CLOCK.startMs + 2_000 },
  ]);
});

test('same seed, same plan; another seed, another one', () => {
  expect(publishes(500, CLOCK, DISORDER)).toEqual(publishes(500, CLOCK, DISORDER));
  expect(publishes(500, CLOCK, DISORDER, 8)).not.toEqual(publishes(500, CLOCK, DISORDER));
});

test('the wall clock never repeats itself, however fast the publishes', () => {
  const times = publishes(1_000, 'wall').map((publish) => publish.tsMs);
  expect(new Set(times).size).toBe(1_000);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

describe('with disorder', () => {
  const plan = publishes(20_000, CLOCK, DISORDER);
  const distinct = new Map(plan.map((publish) => [publish.seq, publish.tsMs]));

  test('an observation has one time of its own', () => {
    expect(new Set(distinct.values()).size).toBe(distinct.size);
    for (const { seq, tsMs } of plan) expect(distinct.get(seq)).toBe(tsMs);
  });

  test('the shares are those asked for', () => {
    const late = [...distinct.values()].filter((tsMs) => tsMs % 2 === 1).length / distinct.size;
    const duplicates = (plan.length - distinct.size) / distinct.size;
    const steps = plan.filter((publish, i) => publish.seq < (plan[i - 1]?.seq ?? -1));
    expect(late).toBeCloseTo(0.1, 1);
    expect(duplicates).toBeCloseTo(0.15, 1);
    expect(steps.length / plan.length).toBeGreaterThan(0.1);
  });

  test('nothing is held back for long', () => {
    const newest = Math.max(...distinct.keys());
    const missing = Array.from({ length: newest }, (_, seq) => seq).filter((seq) => !distinct.has(seq));
    expect(Math.min(...missing, newest)).toBeGreaterThan(newest - 100);
  });
});

test('odd steps are refused: odd times are the late ones', () => {
  expect(() => new PublishPlan(1, { startMs: 0, stepMs: 3 })).toThrow(RangeError);
  expect(() => new PublishPlan(1, 'wall', { lateByMs: 5 })).toThrow(RangeError);
});
