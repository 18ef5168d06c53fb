import type { Engines } from '@fieldstream/testing';
import type { BenchBed } from './bench-bed.js';
import type { CeilingName } from './ceilings/ceilings.js';
import type { Figure } from './figure.js';

/** What a scenario works with. */
export interface BenchContext {
  readonly engines: Engines;
  /** Length of one measurement. */
  readonly seconds: number;
  readonly quick: boolean;
  /** A line for whoever watches. */
  progress(line: string): void;
  /** A ceiling, measured in this run when it is first asked for, and once. */
  ceiling(name: CeilingName): Promise<Figure>;
  /** A bed of the scenario's own, for as long as `work` lasts. */
  withBed<T>(work: (bed: BenchBed) => Promise<T>): Promise<T>;
}

export interface Scenario {
  /** For `--scenario`. */
  readonly name: string;
  readonly title: string;
  run(context: BenchContext): Promise<Figure[]>;
}
