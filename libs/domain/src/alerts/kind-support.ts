import { type MetricValue } from '../reading.js';
import { type Assessment, type Checked, type RuleKind } from './rule-kind.js';

/** Test support: a kind with parameters that have been checked. */
export interface CheckedKind {
  /** Whether each value is taken. */
  readonly accepts: (...values: MetricValue[]) => boolean[];
  /** What holds at a moment after these observations; the memory goes through JSON after each. */
  readonly assess: (points: readonly Point[], atMs?: number) => Assessment;
  /** The moments after the last observation at which the assessment may change. */
  readonly changes: (points: readonly Point[]) => number[];
  readonly params: object;
}

export type Point = readonly [timeMs: number, value: MetricValue];

/** @throws Error that names the problems. */
export function checkedKind<P extends object, M extends object>(
  kind: RuleKind<P, M>,
  input: unknown,
): CheckedKind {
  const checked = kind.parseParams(input);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const params = checked.value;
  const remember = (points: readonly Point[]): M => {
    let memory: M | undefined;
    for (const [timeMs, value] of points)
      memory = JSON.parse(JSON.stringify(kind.observe(params, memory, { timeMs, value }))) as M;
    if (memory === undefined) throw new Error('nothing was observed');
    return memory;
  };
  return {
    params,
    accepts: (...values) => values.map((value) => kind.accepts(params, value)),
    assess: (points, atMs = points.at(-1)?.[0] ?? 0) => kind.assess(params, remember(points), atMs),
    changes: (points) => {
      const memory = remember(points);
      const moments: number[] = [];
      let atMs = kind.changesAtMs(params, memory, points.at(-1)?.[0] ?? 0);
      while (atMs !== undefined && moments.length < 100) {
        moments.push(atMs);
        atMs = kind.changesAtMs(params, memory, atMs);
      }
      return moments;
    },
  };
}

/** What is wrong with an input, `field: fault` each. */
export function problemsOf(
  kind: { parseParams(input: unknown): Checked<unknown> },
  input: unknown,
): string[] {
  const checked = kind.parseParams(input);
  return checked.ok ? [] : checked.problems.map(({ field, fault }) => `${field}: ${fault}`);
}
