/** One measured figure. */
export interface Figure {
  /** Stable name within its scenario; results are compared by it. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Which direction is better. */
  readonly better: 'higher' | 'lower';
  /** From the performance contract, in the same unit. */
  readonly target?: number;
  /** What nothing on this machine can beat, measured in the same run. */
  readonly ceiling?: { readonly name: string; readonly value: number };
  /** How the figure came about, CPU and memory. */
  readonly detail?: string;
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Why it could not be measured. */
  readonly failure?: string;
}

/** A whole run, as written to `bench/results/<date>.json`. */
export interface RunResult {
  readonly version: 1;
  readonly at: string;
  readonly quick: boolean;
  readonly seconds: number;
  readonly machine: Readonly<Record<string, string>>;
  readonly results: readonly ScenarioResult[];
}

/** Whether a figure reaches its target; undefined where it has none. */
export function reachesTarget(figure: Figure): boolean | undefined {
  if (figure.target === undefined) return undefined;
  return figure.better === 'higher' ? figure.value >= figure.target : figure.value <= figure.target;
}
